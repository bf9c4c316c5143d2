// Once warm, the character finder allocates nothing for a query, on any driver.
#include <algorithm>
#include <functional>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "apps/charfinder_session.hpp"
#include "apps/name_index_test.hpp"
#include "pirn/base/compiler.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/net/server.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "tests/allocations_test.hpp"

namespace {

using namespace pirn;

class charfinder_allocations : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, charfinder_allocations, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> serve(net::listener& where, const apps::name_index& index, const apps::session_log& log) {
  auto answer = [&](net::tcp_stream peer) -> task<> {
    co_await apps::answer_queries(index, peer, log);
  };
  co_await net::serve_on(where, answer);
}

// Reads so many prompts.
task<> hear(net::tcp_stream& peer, std::size_t prompts) {
  while (prompts > 0) {
    lease chunk = co_await peer.read();
    const std::string_view text = chunk.text();
    prompts -= static_cast<std::size_t>(std::ranges::count(text, '?'));
  }
}

task<> ask(net::tcp_stream& peer, std::string_view queries) {
  co_await peer.write_all(queries);
  co_await hear(peer, static_cast<std::size_t>(std::ranges::count(queries, '\n')));
}

/// Returns: how often a hundred rounds of queries allocate after a hundred; always 0 under
/// sanitizers, where frames are not used again.
task<std::size_t> allocations_of(std::string_view queries) {
  const apps::name_index index = apps::some_index();
  std::size_t lines_bytes = 0;
  const apps::session_log log = [&](std::string_view lines) { lines_bytes += lines.size(); };
  net::listener where(net::loopback(0));
  std::size_t counted = 0;
  co_await with_group([&](task_group& group) -> task<> {
    child<> server = group.spawn(serve, std::ref(where), std::ref(index), std::ref(log));
    net::tcp_stream peer = co_await net::connect(where.local());
    co_await hear(peer, 1);
    for (int i = 0; i < 100; ++i) co_await ask(peer, queries);
    const std::size_t before = allocations;
    for (int i = 0; i < 100; ++i) co_await ask(peer, queries);
    counted = pirn::detail::sanitized ? 0 : allocations - before;
    server.cancel();
  });
  EXPECT_GT(lines_bytes, 0U);
  co_return counted;
}

TEST_P(charfinder_allocations, a_query_allocates_nothing) {
  EXPECT_EQ(on_loop([] { return allocations_of("black chess knight-rook\r\n"); }), 0U);
}

TEST_P(charfinder_allocations, queries_that_come_together_allocate_nothing) {
  EXPECT_EQ(on_loop([] { return allocations_of("rook\nno such\nchess king white\ncat eyes\n\n"); }),
            0U);
}

}  // namespace
