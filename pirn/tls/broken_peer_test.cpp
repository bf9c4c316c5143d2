// Secure connections that break at any byte, and peers that shake hands a byte at a time.
#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"
#include "pirn/tls/connected_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::tls;
using pirn::testing::run_virtual;

/// Passes bytes on, at most `budget_bytes`; then both ends are cut off.
task<> pass_on(io::memory_stream& from, io::memory_stream& to, std::size_t& budget_bytes) {
  for (;;) {
    const lease chunk = co_await from.read();
    const std::size_t count = std::min(budget_bytes, chunk.size());
    budget_bytes -= count;
    co_await to.write_all(chunk.bytes().subspan(0, count));
    if (chunk.empty()) co_await to.shut_down_writing();
    if (chunk.empty() || budget_bytes == 0) co_return;
  }
}

/// What one end had of a conversation that was cut.
struct outcome {
  std::string received;
  bool ended = false;  ///< the peer said that there is no more
  std::string error;
};

task<> converse(task<stream> shaking_hands, std::string_view text, outcome& seen) {
  try {
    stream end = co_await std::move(shaking_hands);
    co_await send_and_end(end, text);
    for (;;) {
      const lease chunk = co_await end.read();
      seen.ended = chunk.empty();
      if (seen.ended) break;
      seen.received += chunk.text();
    }
  } catch (const std::system_error& error) {
    seen.error = error.what();
  }
}

struct both_outcomes {
  outcome client;
  outcome server;
};

/// A conversation whose bytes in one direction end after `budget_bytes`.
both_outcomes cut_after(std::size_t budget_bytes, bool forth, const context& client,
                        const context& server) {
  both_outcomes seen;
  run_virtual([&]() -> task<> {
    auto [client_side, near] = io::memory_pair();
    auto [far, server_side] = io::memory_pair();
    std::size_t there = forth ? budget_bytes : SIZE_MAX;
    std::size_t back = forth ? SIZE_MAX : budget_bytes;
    auto until_cut = [](io::memory_stream& from, io::memory_stream& to,
                        std::size_t& budget) -> task<> {
      co_await pass_on(from, to, budget);
      if (budget > 0) co_await sleep_for(1h);  // it ended in order: the other one may go on
    };
    auto carry = [&]() -> task<> {
      co_await race(until_cut(near, far, there), until_cut(far, near, back));
      near.close();
      far.close();
    };
    co_await gather(
        carry(),
        converse(wrap_client(std::move(client_side), "localhost", client), "ask", seen.client),
        converse(wrap_server(std::move(server_side), server), "answer", seen.server));
  });
  return seen;
}

// Whoever has not been told that the conversation is over must not believe that it is.
void expect_no_false_end(const outcome& seen, std::string_view text, std::size_t at) {
  EXPECT_TRUE(text.starts_with(seen.received)) << at;
  EXPECT_EQ(seen.ended, seen.error.empty()) << at << ": " << seen.error;
  if (seen.ended) {
    EXPECT_EQ(seen.received, text) << at;
  }
}

class broken_tls_test : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(directions, broken_tls_test, ::testing::Bool(), [](const auto& info) {
  return info.param ? "from_the_client" : "from_the_server";
});

TEST_P(broken_tls_test, a_connection_that_ends_at_any_byte_is_an_error_at_both_ends) {
  const context client = made().client();
  const context server = made().server();
  const std::size_t step = pirn::detail::sanitized ? 11 : 1;  // there each costs so much more
  std::size_t errors = 0;
  std::size_t at = 0;
  for (bool is_whole = false; !is_whole; at += step) {
    const both_outcomes seen = cut_after(at, GetParam(), client, server);
    expect_no_false_end(seen.client, "answer", at);
    expect_no_false_end(seen.server, "ask", at);
    is_whole = seen.client.ended && seen.server.ended;
    if (!is_whole) ++errors;
  }
  EXPECT_GT(errors, 300 / step);
}

/// A stream whose other end sends what it is given a byte every seven seconds.
task<> trickle(io::memory_stream& to, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    co_await to.write_all(bytes.substr(i, 1));
    co_await sleep_for(7s);
  }
  co_await sleep_for(24h);
}

// The beginning of a record that never ends, a byte at a time: each byte buys no time.
TEST(slow_handshake, is_given_up_when_its_time_is_out_however_busy_it_looks) {
  const context patient = context::server({.certificate_file = made().good.certificate,
                                           .key_file = made().good.key,
                                           .handshake_limit = 60s});
  run_virtual([&]() -> task<> {
    auto [near, far] = io::memory_pair();
    const time_point begun = now();
    std::string message;
    auto serve = [&]() -> task<> {
      try {
        stream never = co_await wrap_server(std::move(far), patient);
      } catch (const std::system_error& error) {
        message = error.what();
      }
    };
    const std::string hello =
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(500, '\0');
    co_await race(serve(), trickle(near, hello));
    EXPECT_TRUE(message.ends_with("timed out")) << message;
    EXPECT_EQ(now() - begun, duration(60s));
  });
}

}  // namespace
