// scope: cancelling from other threads.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/loop_runner.hpp"
#include "pirn/core/scope.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/platform/epoll_driver.hpp"
#include "pirn/platform/kernel_files.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

// Runs a task on the kernel's clock.
template <class Fn>
void run_for_real(Fn fn) {
  auto driver = make_epoll_driver({.files = kernel_files(), .runner = nullptr});
  loop home(*driver);
  loop_entry entered(home);
  loop_runner::run(home, fn());
}

TEST(cancel_scope, is_cancelled_from_another_thread) {
  run_for_real([]() -> task<> {
    cancel_scope scope;
    std::thread other([&] { scope.cancel(); });
    bool finished = co_await within(scope, sleep_for(1h));
    EXPECT_FALSE(finished);
    other.join();
  });
}

TEST(cancel_scope, may_end_while_another_threads_cancel_is_on_its_way) {
  run_for_real([]() -> task<> {
    for (int round = 0; round < 200; ++round) {
      std::atomic<bool> begun{false};
      std::thread other;
      {
        cancel_scope scope;
        other = std::thread([&] {
          begun.store(true);
          scope.cancel();
        });
        while (!begun.load()) std::this_thread::yield();
        if (round % 2 == 0) co_await within(scope, yield_now());
        other.join();
      }
    }
  });
}

TEST(cancel_scope, many_threads_may_cancel_one) {
  run_for_real([]() -> task<> {
    cancel_scope scope;
    std::vector<std::thread> others;
    for (int i = 0; i < 4; ++i) others.emplace_back([&] { scope.cancel(); });
    co_await within(scope, sleep_for(1h));
    for (std::thread& each : others) each.join();
    EXPECT_TRUE(scope.cancel_called());
  });
}

}  // namespace
