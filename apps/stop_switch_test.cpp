#include "stop_switch.hpp"

#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {
namespace {

task<> sleep_for_ever() {
  co_await sleep_until(never - std::chrono::hours(1));
}

// Returns: whether the wait was cut short.
task<bool> wait_in_reach(stop_switch& by, std::latch& is_waiting) {
  cancel_scope scope;
  const stop_switch::reach reach(by, scope);
  is_waiting.count_down();
  bool ended = co_await within(scope, sleep_for_ever());
  co_return !ended;
}

TEST(stop_switch, it_ends_waits_on_other_threads) {
  constexpr int threads_count = 4;
  stop_switch stop;
  std::latch are_waiting(threads_count);
  std::atomic<int> stopped = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < threads_count; ++i) {
      threads.emplace_back([&] {
        const run_options options{.driver = driver_choice::epoll, .handle_sigint = false};
        stopped += run(options, &wait_in_reach, std::ref(stop), std::ref(are_waiting));
      });
    }
    are_waiting.wait();
    EXPECT_FALSE(stop.is_stopped());
    stop.stop();
  }
  EXPECT_EQ(stopped, threads_count);
  EXPECT_TRUE(stop.is_stopped());
}

TEST(stop_switch, what_comes_late_is_stopped_too) {
  stop_switch stop;
  std::latch is_waiting(1);
  stop.stop();
  EXPECT_TRUE(run(&wait_in_reach, std::ref(stop), std::ref(is_waiting)));
}

}  // namespace
}  // namespace pirn::apps
