// serve: on several loops, each with its own listener.
#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/channel.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/net/server.hpp"
#include "pirn/run/run.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

constexpr unsigned workers = 3;

class server_workers_test : public ::testing::TestWithParam<driver_choice> {};
INSTANTIATE_TEST_SUITE_P(drivers, server_workers_test,
                         ::testing::Values(driver_choice::epoll, driver_choice::io_uring),
                         [](const auto& chosen) {
                           return chosen.param == driver_choice::epoll ? "epoll" : "io_uring";
                         });

TEST_P(server_workers_test, all_listen_on_the_port_that_the_system_chose_for_one) {
  std::mutex mutex;
  std::multiset<endpoint> locals;
  auto main = [&](worker me) -> task<> {
    for (int round = 0; round < 2; ++round) {
      listener where(me, loopback(0));
      std::lock_guard lock(mutex);
      locals.insert(where.local());
    }
    co_return;
  };
  run({.driver = GetParam(), .workers = workers}, main);
  EXPECT_EQ(locals.size(), 2 * workers);
  for (const endpoint& each : locals) EXPECT_EQ(locals.count(each), workers);
}

TEST_P(server_workers_test, connections_are_spread_and_each_has_its_answer) {
  std::mutex mutex;
  std::set<std::thread::id> served_by;
  channel<endpoint> opened(workers);
  auto tell_thread = [&](tcp_stream peer) -> task<> {
    {
      std::lock_guard lock(mutex);
      served_by.insert(std::this_thread::get_id());
    }
    co_await peer.write_all("served");
  };
  auto all_served = [&] {
    std::lock_guard lock(mutex);
    return served_by.size() == workers;
  };
  std::optional<worker> any;
  std::jthread clients([&] {
    const endpoint where = *opened.blocking_receive();
    for (unsigned i = 1; i < workers; ++i) EXPECT_EQ(opened.blocking_receive(), where);
    run({.handle_sigint = false}, [&]() -> task<> {
      while (!all_served()) {
        tcp_stream client = co_await connect(where);
        std::string answer = co_await read_to_end(client);
        EXPECT_EQ(answer, "served");
      }
    });
    any->cancel_all();
  });
  auto main = [&](worker me) -> task<> {
    if (me.index() == 0) any = me;
    listener where(me, loopback(0));
    co_await opened.send(where.local());
    co_await serve_on(where, tell_thread);
  };
  run({.driver = GetParam(), .workers = workers}, main);
}

// Every worker's handler is in the middle of its answer when all are told to end.
TEST_P(server_workers_test, a_graceful_end_reaches_all) {
  channel<endpoint> opened(1);
  channel<int> begun;
  std::mutex mutex;
  std::set<std::thread::id> busy;
  auto answer_slowly = [&](tcp_stream peer) -> task<> {
    lease chunk = co_await peer.read();
    {
      std::lock_guard lock(mutex);
      busy.insert(std::this_thread::get_id());
    }
    co_await begun.send(1);
    co_await sleep_for(20ms);
    co_await peer.write_all(chunk);
  };
  std::optional<worker> any;
  int asked = 0;
  int answered = 0;
  std::jthread clients([&] {
    const endpoint where = *opened.blocking_receive();
    run({.handle_sigint = false}, [&]() -> task<> {
      std::vector<tcp_stream> connections;
      std::size_t busy_workers = 0;
      while (busy_workers < workers) {
        tcp_stream client = co_await connect(where);
        co_await client.write_all("late");
        connections.push_back(std::move(client));
        co_await begun.receive();
        std::lock_guard lock(mutex);
        busy_workers = busy.size();
      }
      any->cancel_all();
      for (tcp_stream& each : connections) {
        ++asked;
        std::string answer = co_await read_to_end(each);
        if (answer == "late") ++answered;
      }
    });
  });
  auto main = [&](worker me) -> task<> {
    listener where(me, loopback(0));
    if (me.index() == 0) {
      any = me;
      co_await opened.send(where.local());
    }
    co_await serve_on(where, answer_slowly, {.grace = 10s});
  };
  run({.driver = GetParam(), .workers = workers}, main);
  clients.join();
  EXPECT_GE(asked, static_cast<int>(workers));
  EXPECT_EQ(answered, asked);
}

// One worker, too, and the form that run() takes: the server's end is its Ctrl-C here.
TEST_P(server_workers_test, serve_is_a_main_task) {
  std::atomic<bool> served = false;
  auto serve_one = [&](worker me, auto main) -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      auto serving = group.start(main(me));
      co_await yield_now();
      served = !serving.has_ended();
      group.cancel();
    });
  };
  auto echo = [](tcp_stream peer) -> task<> {
    lease chunk = co_await peer.read();
    co_await peer.write_all(chunk);
  };
  auto main = [&](worker me) { return serve(me, loopback(0), echo); };
  run({.driver = GetParam()}, serve_one, main);
  EXPECT_TRUE(served);
  static_assert(pirn::detail::takes_worker<decltype(serve), endpoint, task<> (*)(tcp_stream)>);
}

}  // namespace
