// serve_options' time-outs: how long a connection may be silent.
#include <cerrno>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "pirn/core/exception_group.hpp"
#include "pirn/net/echo_test.hpp"
#include "pirn/net/server.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::testing::run_virtual;

class server_timeouts_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, server_timeouts_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// Serves `handler` and tells what ended its one connection, which sends nothing.
template <class Handler>
task<std::string> end_of_silent_connection(Handler handler, serve_options options) {
  listener where(loopback(0));
  std::string told;
  failure_sink sink = [&](const endpoint& peer, const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::system_error& each) {
      EXPECT_EQ(each.code().value(), ETIMEDOUT);
      told = each.what();
      told.replace(told.find(peer.to_string()), peer.to_string().size(), "PEER");
    }
  };
  co_await with_group([&](task_group& group) -> task<> {
    group.start(serve_on(where, handler, options, sink));
    tcp_stream silent = co_await connect(where.local());
    lease end = co_await silent.read();
    EXPECT_TRUE(end.empty());
    group.cancel();
  });
  co_return told;
}

TEST_P(server_timeouts_test, a_silent_connection_is_ended) {
  std::string told = on_loop([] { return end_of_silent_connection(echo, {.idle_timeout = 20ms}); });
  EXPECT_EQ(told, "idle connection from PEER: Connection timed out");
}

TEST(server_timeouts, the_error_says_whose_client_was_idle) {
  std::string told;
  run([&]() -> task<> {
    listener where(abstract_name("pirn-idle-"));
    failure_sink sink = [&](const endpoint&, const std::exception_ptr& error) {
      told = describe_exception(error);
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, echo, {.idle_timeout = 20ms}, sink));
      tcp_stream silent = co_await connect(where.local());
      lease end = co_await silent.read();
      EXPECT_TRUE(end.empty());
      group.cancel();
    });
  });
  EXPECT_EQ(told.find("idle connection from a client of unix:@pirn-idle-"), 0U) << told;
}

TEST(server_timeouts, without_a_sink_an_idle_connection_ends_alone) {
  run_virtual([]() -> task<> {
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, echo, {.idle_timeout = 1min}));
      tcp_stream silent = co_await connect(where.local());
      lease end = co_await silent.read();
      EXPECT_TRUE(end.empty());
      tcp_stream next = co_await connect(where.local());
      co_await exchange(next);
      group.cancel();
    });
  });
}

TEST(server_timeouts, idleness_counts_from_the_last_message) {
  run_virtual([]() -> task<> {
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, echo, {.idle_timeout = 1min}));
      tcp_stream peer = co_await connect(where.local());
      for (int round = 0; round < 5; ++round) {
        co_await sleep_for(59s);
        co_await exchange(peer);
      }
      const time_point last = now();
      lease end = co_await peer.read();
      EXPECT_TRUE(end.empty());
      EXPECT_GE(now() - last, 59999ms);
      EXPECT_LE(now() - last, 60001ms);
      group.cancel();
    });
  });
}

/// Writes every second, whatever comes.
task<> tick(tcp_stream& peer) {
  for (;;) {
    co_await sleep_for(1s);
    co_await peer.write_all(".");
  }
}

/// Reads in a task of its own while another one writes.
task<> read_and_tick(tcp_stream peer) {
  co_await with_group([&](task_group& group) -> task<> {
    child<> ticking = group.start(tick(peer));
    for (;;) {
      lease chunk = co_await peer.read();
      if (chunk.empty()) break;
    }
    ticking.cancel();
  });
}

/// Serves a client that only listens, for at most ten minutes.
task<duration> time_of_a_listening_client(serve_options options) {
  listener where(loopback(0));
  duration length{};
  co_await with_group([&](task_group& group) -> task<> {
    group.start(serve_on(where, read_and_tick, options));
    tcp_stream peer = co_await connect(where.local());
    const time_point start = now();
    co_await move_on_after(10min, read_to_end(peer));
    length = now() - start;
    group.cancel();
  });
  co_return length;
}

TEST(server_timeouts, a_connection_is_not_idle_while_any_task_of_its_handler_runs) {
  duration served = run_virtual([] { return time_of_a_listening_client({.idle_timeout = 30s}); });
  EXPECT_EQ(served, 10min);
}

TEST(server_timeouts, a_read_that_waits_too_long_ends_it_whatever_else_goes_on) {
  duration served = run_virtual([] { return time_of_a_listening_client({.read_timeout = 30s}); });
  EXPECT_GE(served, 30s - 10ms);
  EXPECT_LE(served, 30s + 10ms);
}

TEST(server_timeouts, a_read_into_memory_is_looked_at_too) {
  auto handler = [](tcp_stream peer) -> task<> {
    std::byte room[8];
    co_await peer.read_some(room);
  };
  std::string told =
      run_virtual([&] { return end_of_silent_connection(handler, {.read_timeout = 5s}); });
  EXPECT_EQ(told, "wait for bytes from PEER: Connection timed out");
}

constexpr std::size_t much_bytes = 1 << 20;
constexpr stream_options small{.receive_buffer_bytes = 4096, .send_buffer_bytes = 4096};

task<> write_much(tcp_stream peer) {
  const std::string much(much_bytes, 'x');
  co_await peer.write_all(much);
}

TEST(server_timeouts, a_write_that_goes_on_slowly_is_no_idleness) {
  run_virtual([]() -> task<> {
    listener where(loopback(0), {.accepted = small});
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, write_much, {.idle_timeout = 30s}));
      tcp_stream peer = co_await connect(where.local(), small);
      std::size_t count = 0;
      for (;;) {
        co_await sleep_for(10s);
        lease some = co_await peer.read();
        if (some.empty()) break;
        count += some.size();
      }
      EXPECT_EQ(count, much_bytes);
      group.cancel();
    });
  });
}

TEST(server_timeouts, a_write_that_stands_still_is_ended_within_twice_the_time) {
  run_virtual([]() -> task<> {
    listener where(loopback(0), {.accepted = small});
    time_point ended{};
    failure_sink sink = [&](const endpoint&, const std::exception_ptr&) { ended = now(); };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, write_much, {.idle_timeout = 30s}, sink));
      tcp_stream peer = co_await connect(where.local(), small);
      const time_point start = now();
      co_await sleep_for(10min);
      EXPECT_GE(ended - start, 30s - 10ms);
      EXPECT_LE(ended - start, 60s + 10ms);
      group.cancel();
    });
  });
}

TEST(server_timeouts, a_read_from_another_connection_is_not_the_clients_affair) {
  run_virtual([]() -> task<> {
    listener slow(loopback(0));
    listener where(loopback(0));
    auto answer_late = [](tcp_stream peer) -> task<> {
      co_await sleep_for(5min);
      co_await peer.write_all("late");
    };
    auto ask_upstream = [&](tcp_stream peer) -> task<> {
      tcp_stream upstream = co_await connect(slow.local());
      lease answer = co_await upstream.read();
      co_await peer.write_all(answer);
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(slow, answer_late));
      group.start(serve_on(where, ask_upstream, {.read_timeout = 30s}));
      tcp_stream peer = co_await connect(where.local());
      std::string answer = co_await read_to_end(peer);
      EXPECT_EQ(answer, "late");
      group.cancel();
    });
  });
}

TEST(server_timeouts, a_handler_that_ends_in_time_leaves_no_timer) {
  run_virtual([]() -> task<> {
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, echo, {.idle_timeout = 1h, .read_timeout = 2h}));
      tcp_stream peer = co_await connect(where.local());
      co_await exchange(peer);
      peer.close();
      co_await sleep_for(1s);
      EXPECT_TRUE(loop::current().timers().empty());
      group.cancel();
    });
  });
}

TEST_P(server_timeouts_test, a_write_tells_for_how_long_nothing_has_gone) {
  if (is_virtual()) return;  // the simulated network does not say
  on_loop([]() -> task<> {
    auto ends = co_await connected();
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        const std::string much(16 << 20, 'x');
        co_await ends.server.write_all(much);
        ends.server.close();
      });
      // Until the buffers of both ends are full, and then for so long that it is told.
      while (ends.server.raw().sending_stalled_for() < 20ms) co_await sleep_for(5ms);
      bool went_on = false;
      for (;;) {
        lease some = co_await ends.client.read();
        if (some.empty()) break;
        went_on |= ends.server.is_open() && ends.server.raw().sending_stalled_for() < 20ms;
      }
      EXPECT_TRUE(went_on);
    });
  });
}

}  // namespace
