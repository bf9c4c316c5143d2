// client_connection: one kept connection to a server, and the pool of those that are idle.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "pirn/core/lease.hpp"
#include "pirn/http/client.hpp"
#include "pirn/io/stream.hpp"
#include "pirn/tls/context.hpp"

namespace pirn::http::detail {

/// A connection on which requests follow one another.
class client_connection {
 public:
  client_connection(io::any_stream stream, const client_options& options);
  /// Of TLS between two requests the end is said (close_notify), if the system takes that at once.
  ~client_connection();

  /// Says that no request will follow, which may take as long as the server leaves unread what it
  /// was sent.
  task<> end() { return stream_.shut_down_writing(); }
  /// Sends a request whose head and body are `text`.
  task<> send(method verb, std::string text);
  /// Waits for the head of the response itself; interim ones are passed over.
  task<const response_head*> read_head();
  /// The next piece of the body; empty at its end.
  task<std::span<const std::byte>> read_body();

  /// Whether another request may follow: the response has ended, and the server keeps the
  /// connection.
  bool is_reusable() const noexcept;
  /// Between requests it holds no memory of the driver's.
  /// Requires: is_reusable().
  void rest() noexcept;
  /// Whether any byte of the present response has come.
  bool has_answered() const noexcept { return answered_; }
  std::string name() const { return stream_.name(); }

  bool is_fresh = true;  ///< no request was made on it before the present one
  time_point idle_since{};

 private:
  task<bool> fill();

  io::any_stream stream_;
  response_parser parser_;
  lease chunk_;
  std::span<const std::byte> input_;
  duration read_timeout_;
  bool answered_ = false;
  bool ended_ = true;
  bool keep_alive_ = true;
};

/// Idle connections by origin, the last used first. What has been idle for too long is closed when
/// another is taken or given back, whatever their hosts.
class connection_pool {
 public:
  connection_pool(const client_options& options, std::optional<tls::context> trust)
      : options_(options), trust_(std::move(trust)) {}

  /// A connection that was used before, or null.
  std::unique_ptr<client_connection> take(const url& where);
  task<std::unique_ptr<client_connection>> connect(url where);
  /// Takes back a connection whose response has ended.
  void give_back(const url& where, std::unique_ptr<client_connection> connection);

  /// Ends all that are idle.
  task<> close();

  std::size_t idle() const noexcept;
  std::uint64_t requests = 0;
  std::uint64_t connections = 0;

 private:
  static std::string key(const url& where);
  void close_stale() noexcept;

  task<io::any_stream> open(const url& where);

  client_options options_;
  std::optional<tls::context> trust_;
  time_point oldest_ = never;  // none has been idle for longer
  std::map<std::string, std::list<std::unique_ptr<client_connection>>> idle_;
};

}  // namespace pirn::http::detail
