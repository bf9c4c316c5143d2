// loop: functions and tasks that come from other threads.
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/loop_runner.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/platform/epoll_driver.hpp"
#include "pirn/platform/kernel_files.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

TEST(loop, functions_are_posted_from_other_threads) {
  auto driver = make_epoll_driver({.files = kernel_files(), .runner = nullptr});
  loop home(*driver);
  auto main = [&]() -> task<> {
    completion<> all;
    int calls = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int call = 0; call < 1000; ++call) {
          home.post([&] {
            if (++calls == 4000) all.set_value();
          });
        }
      });
    }
    co_await all.wait();
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(calls, 4000);
  };
  loop_entry entered(home);
  loop_runner::run(home, main());
}

TEST(loop, a_thread_starts_a_task_and_gets_its_result) {
  auto driver = make_epoll_driver({.files = kernel_files(), .runner = nullptr});
  loop home(*driver);
  auto add = [](int a, int b) -> task<int> {
    co_await sleep_for(1ms);
    co_return a + b;
  };
  auto main = [&]() -> task<int> {
    completion<int> answer;
    int sum = 0;
    std::thread asking;
    co_await with_group([&](task_group& group) -> task<> {
      auto ask = [&](int a, int b) -> task<> {
        int result = co_await add(a, b);
        answer.set_value(result);
      };
      asking = std::thread([&] { home.post([&] { group.spawn(ask, 1, 2); }); });
      int& result = co_await answer.wait();
      sum = result;
    });
    asking.join();
    co_return sum;
  };
  loop_entry entered(home);
  EXPECT_EQ(loop_runner::run(home, main()), 3);
}

TEST(loop, a_thread_gets_the_error_of_a_task_that_it_started) {
  auto driver = make_epoll_driver({.files = kernel_files(), .runner = nullptr});
  loop home(*driver);
  std::promise<int> promised;
  auto main = [&]() -> task<> {
    std::thread asking;
    std::string seen_by_thread;
    co_await with_group([&](task_group& group) -> task<> {
      completion<> told;
      auto fail = [&]() -> task<> {
        try {
          co_await sleep_for(1ms);
          throw std::runtime_error("Fail!");
        } catch (...) {
          promised.set_exception(std::current_exception());
        }
      };
      asking = std::thread([&] {
        home.post([&] { group.spawn(fail); });
        try {
          promised.get_future().get();
        } catch (const std::runtime_error& error) {
          seen_by_thread = error.what();
        }
        told.set_value();
      });
      co_await told.wait();
    });
    asking.join();
    EXPECT_EQ(seen_by_thread, "Fail!");
  };
  loop_entry entered(home);
  loop_runner::run(home, main());
}

}  // namespace
