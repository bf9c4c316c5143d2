// server_connection: one client's connection, from bytes to exchanges and back.
#pragma once

#include <span>
#include <string>

#include "pirn/core/lease.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/scope.hpp"
#include "pirn/http/codec.hpp"
#include "pirn/http/date.hpp"
#include "pirn/http/exchange.hpp"
#include "pirn/http/server.hpp"

namespace pirn::http::detail {

/// Reads requests, runs the handler for each, and sends what it answered. Answers gather in one
/// buffer that goes out when the input is used up, or when it is large.
class server_connection {
 public:
  server_connection(io::any_stream peer, endpoint from, const handler& answer,
                    const server_options& options, const net::failure_sink& failures);

  /// Serves until the connection is to be closed. `deadline` is the scope in which it runs.
  task<> run(cancel_scope& deadline);
  /// After `deadline` has fired: says 408 if a request had begun.
  task<> tell_timeout();
  /// At last: tells the client that this was all, so that it need not fear that something is
  /// missing.
  task<> end();

 private:
  friend class http::exchange;

  static constexpr std::size_t send_at_bytes = 64 * 1024;
  static constexpr std::uint64_t skip_max_bytes = 64 * 1024;
  static constexpr duration linger_limit = std::chrono::seconds(2);

  /// More input by `deadline`.
  /// Returns: false at the end of the stream.
  task<bool> fill_until(time_point deadline);
  task<bool> fill(duration limit) { return fill_until(saturating_add(now(), limit)); }
  task<> flush();
  task<bool> next_request();
  task<> answer_one();
  task<> finish(exchange& done);
  task<std::span<const std::byte>> read_body(exchange& of);
  task<> skip_body(exchange& of);
  task<> linger();
  /// Answers a request that cannot be served, and ends the connection.
  void refuse(status code, std::string_view reason);
  void refuse(const failure& problem) { refuse(status_for(problem.code), problem.what); }
  void refuse(exchange& of, const failure& problem);
  task<> send_piece(std::span<const std::byte> bytes, bool chunked);
  void append_head(exchange& of, status code, body_framing body);

  io::any_stream peer_;
  const endpoint from_;
  const handler& answer_;
  const server_options& options_;
  const net::failure_sink& failures_;
  cancel_scope* deadline_ = nullptr;

  request_parser parser_;
  lease head_chunk_;  // what the present head's text lies in
  lease chunk_;       // what came after it
  std::span<const std::byte> input_;
  std::string output_;
  date_cache date_;
  bool keep_alive_ = true;
  bool must_close_ = false;
  bool in_request_ = false;
  bool answered_ = false;  // the present request's answer was begun
  // Nothing more is to be written: the connection broke, or a write was begun and has not ended,
  // and what went out is not known.
  bool cut_short_ = false;
  bool input_ended_ = false;
  bool leaves_input_ = false;  // the client may still be sending what nobody will read
  bool continue_owed_ = false;
  bool broke_off_ = false;  // the last answer is not whole, and the client must not think so
};

}  // namespace pirn::http::detail
