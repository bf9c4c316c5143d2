// activity: what the tasks of a connection are seen at.
#include "pirn/net/activity.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "pirn/core/within.hpp"
#include "pirn/io/room_wait.hpp"
#include "pirn/net/connected_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::net::detail::activity;
using pirn::net::detail::look_at;

class activity_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, activity_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> write_much(tcp_stream& to) {
  const std::string much(8 << 20, 'x');
  co_await to.write_all(much);
}

task<> run_in(cancel_scope& scope, task<> work) {
  co_await within(scope, std::move(work));
}

task<> read_bytes(tcp_stream& from, std::size_t size_bytes) {
  std::size_t count = 0;
  while (count < size_bytes) {
    const lease chunk = co_await from.read();
    count += chunk.size();
  }
}

/// Lets a look at a write see whether anything has gone out, each time that the peer has taken
/// some.
task<> watch_a_slow_write(both_ends& ends, duration settled) {
  cancel_scope scope;
  co_await with_group([&](task_group& group) -> task<> {
    group.start(run_in(scope, write_much(ends.server)));
    while (look_at(scope, nullptr).sending == 0) co_await sleep_for(1ms);
    co_await sleep_for(settled);
    activity before = look_at(scope, nullptr);
    co_await sleep_for(settled);
    EXPECT_EQ(look_at(scope, nullptr).sending, before.sending) << "nobody has read";
    for (int round = 0; round < 20; ++round) {
      co_await read_bytes(ends.client, 128 << 10);
      co_await sleep_for(settled);
      const activity after = look_at(scope, nullptr);
      EXPECT_NE(after.sending, before.sending) << "in round " << round;
      before = after;
    }
    scope.cancel();
  });
}

TEST_P(activity_test, a_slow_write_to_a_unix_socket_goes_on) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    co_await watch_a_slow_write(ends, 1ms);
  });
}

TEST_P(activity_test, a_slow_write_over_tcp_has_the_time_that_the_system_tells) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    cancel_scope scope;
    co_await with_group([&](task_group& group) -> task<> {
      group.start(run_in(scope, write_much(ends.server)));
      // Until the buffers of both ends are full, and then for so long that it is told.
      while (ends.server.raw().sending_stalled_for() < 20ms ||
             look_at(scope, nullptr).last > now() - 15ms) {
        co_await sleep_for(5ms);
      }
      const activity stalled = look_at(scope, nullptr);
      EXPECT_EQ(stalled.sending, 0U);
      activity after = stalled;
      while (after.last < stalled.last + 10ms) {
        co_await read_bytes(ends.client, 64 << 10);
        after = look_at(scope, nullptr);
      }
      scope.cancel();
    });
  });
}

task<> wait_for_room(tcp_stream& to) {
  io::room_wait room(to.raw());
  co_await room;
}

// As a copy does whose bytes the kernel moves.
TEST_P(activity_test, a_wait_for_room_is_a_write) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    const std::string much(64 << 10, 'x');
    while (ends.server.raw().send_at_once(std::as_bytes(std::span(much))) > 0) {
    }
    cancel_scope scope;
    co_await with_group([&](task_group& group) -> task<> {
      group.start(run_in(scope, wait_for_room(ends.server)));
      co_await yield_now();
      const activity full = look_at(scope, nullptr);
      EXPECT_NE(full.sending, 0U);
      co_await read_bytes(ends.client, 64 << 10);
      EXPECT_NE(look_at(scope, nullptr).sending, full.sending);
      scope.cancel();
    });
  });
}

TEST(activity, a_slow_write_in_a_simulation_goes_on) {
  run({.driver = driver_choice::virtual_time}, []() -> task<> {
    both_ends ends = co_await connected();
    co_await watch_a_slow_write(ends, 1min);
  });
}

task<> read_from(tcp_stream& source) {
  const lease chunk = co_await source.read();
}

task<> read_into_memory(tcp_stream& source) {
  std::array<std::byte, 8> room;
  co_await source.read_some(room);
}

TEST_P(activity_test, a_read_counts_that_is_from_the_connection) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    task<> (*const reads[])(tcp_stream&) = {read_from, read_into_memory};
    for (auto* read : reads) {
      cancel_scope scope;
      co_await with_group([&](task_group& group) -> task<> {
        group.start(run_in(scope, read(ends.server)));
        co_await sleep_for(1ms);
        EXPECT_NE(look_at(scope, &ends.server.raw()).oldest_read, never);
        EXPECT_EQ(look_at(scope, &ends.client.raw()).oldest_read, never);
        scope.cancel();
      });
    }
  });
}

TEST_P(activity_test, a_scope_that_nobody_has_open_is_at_nothing) {
  on_loop([]() -> task<> {
    const cancel_scope scope;
    const activity nothing = look_at(scope, nullptr);
    EXPECT_EQ(nothing.last, time_point::min());
    EXPECT_EQ(nothing.oldest_read, never);
    co_return;
  });
}

}  // namespace
