// serve_options: how many connections at a time, and what comes of those that wait.
#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/net/echo_test.hpp"
#include "pirn/net/server.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class server_limits_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, server_limits_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

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

}  // namespace
