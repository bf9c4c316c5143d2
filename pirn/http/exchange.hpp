// exchange: one request and its response, as a server's handler sees them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pirn/core/task.hpp"
#include "pirn/http/fields.hpp"
#include "pirn/http/message.hpp"
#include "pirn/http/status.hpp"
#include "pirn/net/tcp_stream.hpp"

namespace pirn::tls {
class stream;
}

namespace pirn::http {

namespace detail {
class server_connection;
}

/// A request that has arrived as far as its head, and the response to it.
///
/// A handler either answers at once with `respond`, or streams: `start`, `write` as often as it
/// likes, and the end of the handler ends the response. A handler that does neither answers 500.
/// What of the body it does not read is skipped.
///
/// Lifetime: for the handler's run; so is all text that it gives out.
class exchange {
 public:
  exchange(exchange&&) = delete;  // the connection points at it

  const request_head& request() const noexcept { return *request_; }
  endpoint peer() const noexcept;
  /// The connection's TLS, to ask it (pirn/tls/stream.hpp) what was agreed on, `alpn()`,
  /// `version()`, `cipher()`, and who the client is, `peer_subject()`, `peer_certificate()`: it has
  /// shown a certificate where the server's context asks for one. Null where HTTP is spoken in the
  /// clear.
  const tls::stream* secured() const noexcept;
  /// The part of the path that a route named, percent-decoded; empty when there is none.
  std::string_view parameter(std::string_view name) const noexcept;
  void set_parameter(std::string name, std::string value);

  /// Waits for the next piece of the body; empty at its end. A piece is good until the next read.
  /// Throws: std::system_error when the client breaks off or breaks the rules.
  task<std::span<const std::byte>> read();
  /// The whole body.
  /// Throws: std::system_error (body_too_large) beyond `max_bytes`; the client is answered 413.
  task<std::string> read_all(std::size_t max_bytes);

  /// Fields to send with the response; what frames the message and the date are added by
  /// themselves.
  fields& headers() noexcept { return headers_; }

  /// Answers with a whole body. It is sent when the connection has nothing more to do at once, so
  /// that answers to pipelined requests go out together. For HEAD, and with 204 and 304, the body
  /// is left out.
  /// Throws: std::logic_error when an answer was begun before.
  void respond(http::status status, std::string_view body = {},
               std::string_view type = "text/plain; charset=utf-8");
  /// Answers without a body and a type: a redirection, 204, 304.
  void respond_empty(http::status status);

  /// Begins an answer whose body follows in pieces; without a size it is sent in chunks.
  void start(http::status status, std::optional<std::uint64_t> size_bytes = std::nullopt);
  /// Sends a piece of the body. For HEAD, and after 204 and 304, nothing is sent.
  /// Throws: std::logic_error before start(), or when it is more than was announced;
  ///         std::system_error.
  /// Cancel: the connection is closed.
  task<> write(std::span<const std::byte> bytes);
  task<> write(std::string_view text) { return write(std::as_bytes(std::span(text))); }

  bool has_started() const noexcept { return started_; }
  /// What was answered, or begun to be; nothing before that.
  std::optional<http::status> answered() const noexcept { return answered_; }

 private:
  friend class detail::server_connection;
  exchange(detail::server_connection& connection, const request_head& request) noexcept
      : connection_(connection), request_(&request) {}

  void begin(http::status status, body_framing body);

  detail::server_connection& connection_;
  const request_head* request_;
  fields headers_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  bool started_ = false;
  bool body_ended_ = false;
  bool leaves_body_out_ = false;  // the answer is to HEAD, or has a status that allows no body
  std::optional<http::status> answered_;
  framing stream_ = framing::none;  // how the pieces that are written are framed
  std::uint64_t left_bytes_ = 0;    // of a sized streamed body
};

}  // namespace pirn::http
