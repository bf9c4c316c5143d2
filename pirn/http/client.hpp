// client: asks HTTP servers, over connections that are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pirn/base/time.hpp"
#include "pirn/core/task.hpp"
#include "pirn/http/codec.hpp"
#include "pirn/http/fields.hpp"
#include "pirn/http/method.hpp"
#include "pirn/http/status.hpp"
#include "pirn/http/url.hpp"
#include "pirn/tls/context.hpp"

namespace pirn::http {

struct client_options {
  codec_limits limits{};
  duration connect_timeout = std::chrono::seconds(30);
  duration response_timeout =
      std::chrono::seconds(60);                      ///< from the request to the response's head
  duration read_timeout = std::chrono::seconds(60);  ///< for the next piece of a body
  duration idle_limit = std::chrono::seconds(50);    ///< how long an unused connection is kept
  std::size_t idle_per_host_max = 32;
  unsigned redirects_max = 10;
};

namespace detail {
class client_connection;
class connection_pool;
}  // namespace detail

/// What is asked, besides method and URL.
struct request_content {
  request_content() = default;  // no aggregate: GCC 12 destroys their temporaries twice in an await

  fields headers;
  std::string body;  ///< sent when it is not empty, or when the method is POST, PUT or PATCH
};

/// A response whose head has arrived; its body is read from it.
///
/// Lifetime: must not outlive its client. Destroying it before the body was read to its end closes
/// the connection.
class response {
 public:
  response(response&&) noexcept;
  response& operator=(response&&) noexcept;
  ~response();

  http::status status() const noexcept { return status_; }
  /// 200 to 299.
  bool ok() const noexcept;
  const fields& headers() const noexcept { return headers_; }
  /// Where it came from, after redirections.
  const http::url& location() const noexcept { return url_; }
  /// The body's length, when the server said it.
  std::optional<std::uint64_t> content_length() const noexcept { return length_; }

  /// Waits for the next piece of the body; empty at its end, when the connection is free for
  /// others. A piece is good until the next read.
  /// Throws: std::system_error: the connection broke, or the body is shorter than announced
  ///         (`errc::cut_short`);
  ///         timeout_error.
  /// Cancel: loses nothing.
  task<std::span<const std::byte>> read();
  /// The whole body.
  /// Throws: also std::system_error (`errc::body_too_large`) beyond `max_bytes`.
  task<std::string> read_all(std::size_t max_bytes = 64 * 1024 * 1024);

 private:
  friend class client;
  explicit response(http::url from);

  http::url url_;
  http::status status_{};
  fields headers_;
  std::optional<std::uint64_t> length_;
  std::unique_ptr<detail::client_connection> connection_;  // null at the body's end
  detail::connection_pool* pool_ = nullptr;
};

/// Asks HTTP/1.1 servers. Connections are kept and used again; a request on a kept connection that
/// the server has closed meanwhile is sent once more on a new one, if it is safe to.
///
/// Threads: its loop's. Several tasks may ask at once.
class client {
 public:
  /// `trust`: for https; without it the system's trust store is read at the first such URL.
  /// Requires: it is a client's, and offers by ALPN nothing or "http/1.1".
  explicit client(client_options options = {}, std::optional<tls::context> trust = std::nullopt);
  client(client&&) = delete;  // responses point at it
  /// Closes the connections that are kept. By HTTPS each server is told that nothing is missing
  /// (close_notify), if the system takes that at once; close() waits for it.
  ~client();

  /// Asks, follows redirections, and waits for the response's head. Any status is a response.
  /// Throws: std::system_error that names the operation and the URL; timeout_error.
  /// Cancel: the connection is closed.
  task<response> request(method verb, url where, request_content content);
  task<response> request(method verb, url where);
  task<response> get(std::string_view where);

  /// Ends the connections that are kept, each in order; for at most a second, and without waiting
  /// for what the servers answer. What is asked later makes new ones.
  /// Cancel: the rest is closed as by the destructor.
  task<> close();

  struct statistics {
    std::uint64_t requests = 0;
    std::uint64_t connections = 0;  ///< made so far
    std::size_t idle = 0;           ///< kept now
  };
  statistics count() const noexcept;

 private:
  task<response> ask_once(method verb, const url& where, const request_content& content);

  client_options options_;
  std::unique_ptr<detail::connection_pool> pool_;
};

}  // namespace pirn::http
