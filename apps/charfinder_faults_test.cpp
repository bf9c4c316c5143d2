// Every call below the character finder's server, failing once with each shortage.
#include <algorithm>
#include <exception>
#include <functional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "charfinder_session.hpp"
#include "name_index_test.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/net/server.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "pirn/testing/fail_everywhere_test.hpp"

namespace {

using namespace pirn;

class charfinder_faults : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, charfinder_faults, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> ask(const endpoint& where) {
  net::tcp_stream peer = co_await net::connect(where);
  co_await peer.write_all("black chess knight\r\nno such\r\n");
  co_await peer.shut_down_writing();
  std::string all;
  for (;;) {
    const lease chunk = co_await peer.read();
    if (chunk.empty()) break;
    all += chunk.text();
  }
  EXPECT_TRUE(all.empty() || all.contains('?')) << all;
}

// The second client is answered whatever the first one met.
task<> serve_two(const apps::name_index& index) {
  net::listener where(net::loopback(0));
  auto answer = [&](net::tcp_stream peer) -> task<> {
    const apps::session_log silent;
    co_await apps::answer_queries(index, peer, silent);
  };
  auto body = [&](task_group& group) -> task<> {
    const net::serve_options patient{.shortage_pause = std::chrono::milliseconds(1)};
    child<void> server = group.start(net::serve_on(where, answer, patient));
    std::exception_ptr first;
    try {
      co_await ask(where.local());
    } catch (const std::system_error&) {
      first = std::current_exception();
    }
    co_await ask(where.local());
    server.cancel();
    if (first) std::rethrow_exception(first);
  };
  co_await with_group(body);
}

TEST_P(charfinder_faults, a_call_that_fails_ends_one_conversation_at_most) {
  const apps::name_index index = apps::some_index();
  pirn::testing::fail_everywhere(GetParam(), [&] { return serve_two(index); });
}

}  // namespace
