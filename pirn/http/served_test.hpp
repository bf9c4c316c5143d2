// served_test: an HTTP server on a free port, and ways to talk to it, for the tests of http.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/http/server.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace pirn::http {

/// Runs `use(address)` while a server answers with `answer`.
template <class Use>
task<> served(handler answer, server_options options, net::failure_sink sink, Use use) {
  net::listener where(net::loopback(0));
  options.grace = {};
  co_await with_group([&](task_group& group) -> task<> {
    group.start(serve(where, answer, options, sink));
    co_await use(where.local());
    group.cancel();
  });
}
template <class Use>
task<> served(handler answer, server_options options, Use use) {
  return served(std::move(answer), options, {}, std::move(use));
}
template <class Use>
task<> served(handler answer, Use use) {
  return served(std::move(answer), {}, {}, std::move(use));
}

/// What a client does once it has sent its bytes: it says that it sends no more, which ends the
/// connection after the last answer, or it waits for the server to end it.
enum class afterwards : std::uint8_t { ends, stays };

/// Sends raw bytes and gives all that comes until the server closes.
inline task<std::string> talk(endpoint where, std::string text,
                              afterwards then = afterwards::ends) {
  net::tcp_stream peer = co_await net::connect(where);
  co_await peer.write_all(text);
  if (then == afterwards::ends) co_await peer.shut_down_writing();
  std::string all;
  for (;;) {
    lease chunk = co_await peer.read();
    if (chunk.empty()) co_return all;
    all += chunk.text();
  }
}

/// "HTTP/1.1 200 OK" of a response.
inline std::string first_line(std::string_view response) {
  return std::string(response.substr(0, response.find("\r\n")));
}
/// What follows the head.
inline std::string body_of(std::string_view response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? "" : std::string(response.substr(end + 4));
}
inline std::size_t count_of(std::string_view what, std::string_view in) {
  std::size_t count = 0;
  for (std::size_t at = in.find(what); at != std::string_view::npos; at = in.find(what, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace pirn::http
