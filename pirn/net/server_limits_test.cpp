// serve_options: how many connections at a time, and how long one may be silent.
#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/net/connected_test.hpp"
#include "pirn/net/server.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::testing::run_virtual;

class server_limits_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, server_limits_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> echo(tcp_stream peer) {
  for (;;) {
    lease chunk = co_await peer.read();
    if (chunk.empty()) co_return;
    co_await peer.write_all(chunk);
  }
}

/// Says "x" and waits for the answer.
task<> exchange(tcp_stream& peer) {
  co_await peer.write_all("x");
  lease answer = co_await peer.read();
  EXPECT_EQ(answer.text(), "x");
}

TEST_P(server_limits_test, at_its_limit_a_server_takes_a_connection_only_when_one_has_ended) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, echo, {.connections_max = 2}));
      tcp_stream first = co_await connect(where.local());
      tcp_stream second = co_await connect(where.local());
      co_await exchange(first);
      co_await exchange(second);
      tcp_stream third = co_await connect(where.local());
      co_await third.write_all("x");
      auto early = co_await move_on_after(20ms, third.read());
      EXPECT_FALSE(early.has_value());
      first.close();
      lease answer = co_await third.read();
      EXPECT_EQ(answer.text(), "x");
      group.cancel();
    });
  });
}

TEST_P(server_limits_test, a_server_that_waits_at_its_limit_can_be_cancelled) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, echo, {.connections_max = 1}));
      tcp_stream only = co_await connect(where.local());
      co_await exchange(only);
      group.cancel();
    });
  });
}

TEST_P(server_limits_test,
       what_the_driver_had_taken_when_accepting_stopped_is_given_or_still_there) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    auto [first, its_peer] = co_await gather(connect(where.local()), where.accept());
    std::vector<tcp_stream> clients;
    for (int count = 0; count < 3; ++count) {
      tcp_stream client = co_await connect(where.local());
      clients.push_back(std::move(client));
    }
    std::size_t taken = 0;
    for (;;) {
      std::optional<tcp_stream> next = co_await where.accept_taken();
      if (!next) break;
      ++taken;
    }
    tcp_stream late = co_await connect(where.local());
    std::optional<tcp_stream> none = co_await where.accept_taken();
    EXPECT_FALSE(none.has_value()) << "the system was asked for one";
    for (std::size_t left = taken; left < clients.size() + 1; ++left) {
      tcp_stream next = co_await timeout(5s, where.accept());
    }
  });
}

TEST_P(server_limits_test, of_two_servers_on_one_listener_one_may_end) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      child<> one = group.start(serve_on(where, echo));
      group.start(serve_on(where, echo));
      for (int round = 0; round < 4; ++round) {
        tcp_stream peer = co_await connect(where.local());
        co_await exchange(peer);
        one.cancel();
      }
      group.cancel();
    });
  });
}

TEST_P(server_limits_test, an_accept_that_comes_while_accepting_stops_goes_on) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    auto none = co_await move_on_after(1ms, where.accept());
    EXPECT_FALSE(none.has_value());
    auto stop = [&]() -> task<> {
      std::optional<tcp_stream> taken = co_await where.accept_taken();
      EXPECT_FALSE(taken.has_value());
    };
    auto [stopped, server, client] =
        co_await gather(stop(), where.accept(), connect(where.local()));
    EXPECT_EQ(client.local(), server.peer());
  });
}

TEST_P(server_limits_test, accepting_one_leaves_the_others_to_the_system) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    std::vector<tcp_stream> clients;
    for (int count = 0; count < 3; ++count) {
      tcp_stream client = co_await connect(where.local());
      clients.push_back(std::move(client));
    }
    tcp_stream one = co_await where.accept(accept_mode::single);
    co_await sleep_for(1ms);
    std::optional<tcp_stream> none = co_await where.accept_taken();
    EXPECT_FALSE(none.has_value());
  });
}

TEST_P(server_limits_test, accepting_one_leaves_the_others_after_an_accept_that_took_ahead) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    std::optional<tcp_stream> nobody = co_await move_on_after(1ms, where.accept());
    EXPECT_FALSE(nobody.has_value());
    co_await with_group([&](task_group& group) -> task<> {
      child<tcp_stream> one = group.start(where.accept(accept_mode::single));
      co_await sleep_for(1ms);
      std::vector<tcp_stream> clients;
      for (int count = 0; count < 3; ++count) {
        tcp_stream client = co_await connect(where.local());
        clients.push_back(std::move(client));
      }
      co_await one;
      co_await sleep_for(1ms);
      std::optional<tcp_stream> none = co_await where.accept_taken();
      EXPECT_FALSE(none.has_value());
    });
  });
}

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

TEST_P(server_limits_test, a_silent_connection_is_ended) {
  std::string told = on_loop([] { return end_of_silent_connection(echo, {.idle_timeout = 20ms}); });
  EXPECT_EQ(told, "idle connection from PEER: Connection timed out");
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

TEST_P(server_limits_test, every_await_can_be_cancelled) {
  pirn::testing::cancel_each_await(
      []() -> task<> {
        listener where(loopback(0));
        co_await with_group([&](task_group& group) -> task<> {
          const serve_options limited{
              .grace = 1s, .connections_max = 1, .idle_timeout = 5s, .read_timeout = 5s};
          child<> serving = group.start(serve_on(where, echo, limited));
          tcp_stream first = co_await connect(where.local());
          co_await exchange(first);
          tcp_stream second = co_await connect(where.local());
          first.close();
          co_await exchange(second);
          serving.cancel();
        });
      },
      pirn::testing::expect_no_error, {.driver = GetParam()});
}

TEST_P(server_limits_test, a_write_tells_for_how_long_nothing_has_gone) {
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
