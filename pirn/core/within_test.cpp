// within: time-outs.
#include "pirn/core/within.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using strings = std::vector<std::string>;

task<int> number_after(duration delay, int number) {
  co_await sleep_for(delay);
  co_return number;
}

// Whether `work` throws timeout_error.
template <class Work>
task<bool> times_out(Work work) {
  try {
    co_await std::move(work);
  } catch (const timeout_error&) {
    co_return true;
  }
  co_return false;
}

TEST(timeout, throws_when_the_time_is_up) {
  run_virtual([]() -> task<> {
    bool late = co_await times_out(timeout(10ms, number_after(10s, 1)));
    EXPECT_TRUE(late);
    EXPECT_EQ(now(), time_point(10ms));
    co_await yield_now();  // the awaiter is not cancelled
  });
}

TEST(timeout, gives_the_result_that_came_in_time) {
  run_virtual([]() -> task<> {
    int value = co_await timeout(10s, number_after(10ms, 7));
    EXPECT_EQ(value, 7);
    EXPECT_EQ(now(), time_point(10ms));
  });
}

TEST(timeout, at_a_moment) {
  run_virtual([]() -> task<> {
    co_await sleep_for(1s);
    bool late = co_await times_out(timeout_at(now() + 10ms, number_after(10s, 1)));
    EXPECT_TRUE(late);
    EXPECT_EQ(now(), time_point(1010ms));
  });
}

TEST(timeout, without_an_end_never_comes) {
  run_virtual([]() -> task<> {
    int value = co_await timeout(duration::max(), number_after(1h, 7));
    int other = co_await timeout_at(never, number_after(1h, 7));
    EXPECT_EQ(value + other, 14);
  });
}

TEST(timeout, of_nothing_stops_the_first_wait) {
  run_virtual([]() -> task<> {
    bool late = co_await times_out(timeout(0s, number_after(10s, 1)));
    EXPECT_TRUE(late);
    late = co_await times_out(timeout(0s, to_task(yield_now())));
    EXPECT_TRUE(late);
    EXPECT_EQ(now(), time_point());
  });
}

TEST(timeout, in_the_past_stops_the_first_wait) {
  run_virtual([]() -> task<> {
    bool late = co_await times_out(timeout(-11s, to_task(yield_now())));
    EXPECT_TRUE(late);
    EXPECT_EQ(now(), time_point());
  });
}

TEST(timeout, of_nothing_lets_work_end_that_does_not_wait) {
  run_virtual([]() -> task<> {
    int value = co_await timeout(0s, []() -> task<int> { co_return 3; }());
    EXPECT_EQ(value, 3);
  });
}

TEST(timeout, an_error_of_the_work_passes) {
  run_virtual([]() -> task<> {
    std::string message;
    try {
      co_await timeout(10ms, []() -> task<> {
        co_await yield_now();
        throw std::out_of_range("key");
      }());
    } catch (const std::out_of_range& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "key");
  });
}

// Waits 10 s; when it is cancelled it fails.
task<> crash_when_cancelled() {
  bool was_cancelled = false;
  try {
    co_await sleep_for(10s);
  } catch (const cancelled&) {
    was_cancelled = true;
  }
  if (was_cancelled) throw std::domain_error("crashed");
}

TEST(timeout, an_error_that_takes_the_place_of_the_cancel_passes) {
  run_virtual([]() -> task<> {
    std::string message;
    try {
      co_await timeout(10ms, crash_when_cancelled());
    } catch (const std::domain_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "crashed");
  });
}

TEST(timeout, work_that_ends_by_itself_when_it_is_cancelled_is_not_late) {
  run_virtual([]() -> task<> {
    auto work = []() -> task<int> {
      try {
        co_await sleep_for(10s);
      } catch (const cancelled&) {
      }
      co_return 1;
    };
    int value = co_await timeout(10ms, work());
    EXPECT_EQ(value, 1);
  });
}

TEST(timeout, waits_for_the_clean_up_of_what_it_cancels) {
  run_virtual([]() -> task<> {
    bool cleaned = false;
    auto clean = [&]() -> task<> {
      co_await sleep_for(3s);
      cleaned = true;
    };
    bool late = co_await times_out(timeout(1s, finally(number_after(10s, 1), clean())));
    EXPECT_TRUE(late);
    EXPECT_TRUE(cleaned);
    EXPECT_EQ(now(), time_point(4s));
  });
}

TEST(timeout, a_cancel_from_outside_is_no_time_out) {
  run_virtual([]() -> task<> {
    bool timed_out = false;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiting = group.spawn(
          [&]() -> task<> { timed_out = co_await times_out(timeout(60s, number_after(100s, 1))); });
      co_await yield_now();
      waiting.cancel();
      co_await yield_now();
      EXPECT_TRUE(waiting.was_cancelled());
    });
    EXPECT_FALSE(timed_out);
    EXPECT_EQ(now(), time_point());
  });
}

TEST(timeout, of_two_that_come_at_once_the_outer_one_throws) {
  run_virtual([]() -> task<> {
    strings trace;
    time_point deadline = now() + 10ms;
    auto inner = [&]() -> task<> {
      try {
        co_await timeout_at(deadline, number_after(10s, 1));
      } catch (const cancelled&) {
        trace.push_back("cancelled");
        throw;
      } catch (const timeout_error&) {
        trace.push_back("timed out");
      }
    };
    bool late = co_await times_out(timeout_at(deadline, inner()));
    EXPECT_TRUE(late);
    EXPECT_EQ(trace, (strings{"cancelled"}));
  });
}

TEST(timeout, an_inner_one_that_comes_first_leaves_the_outer_running) {
  run_virtual([]() -> task<> {
    auto work = []() -> task<> {
      bool inner_late = co_await times_out(timeout(10ms, number_after(1s, 1)));
      EXPECT_TRUE(inner_late);
      co_await sleep_for(10s);
    };
    bool late = co_await times_out(timeout(100ms, work()));
    EXPECT_TRUE(late);
    EXPECT_EQ(now(), time_point(100ms));
  });
}

TEST(timeout, works_in_the_clean_up_of_another) {
  run_virtual([]() -> task<> {
    bool inner_late = false;
    auto clean = [&]() -> task<> {
      inner_late = co_await times_out(timeout(10ms, number_after(10s, 1)));
    };
    bool late = co_await times_out(timeout(10ms, finally(number_after(1s, 1), clean())));
    EXPECT_TRUE(late);
    EXPECT_TRUE(inner_late);
    EXPECT_EQ(now(), time_point(20ms));
  });
}

TEST(timeout, takes_waits_and_children) {
  run_virtual([]() -> task<> {
    completion<std::string> there;
    bool late = false;
    try {
      co_await timeout(1s, there.wait());
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    there.set_value("now");
    std::string& value = co_await timeout(1s, there.wait());
    EXPECT_EQ(value, "now");
    co_await with_group([](task_group& group) -> task<> {
      auto number = group.spawn(number_after, 1s, 4);
      int& by_reference = co_await timeout(2s, number);
      int by_value = co_await timeout(2s, std::move(number));
      EXPECT_EQ(by_reference + by_value, 8);
    });
  });
}

TEST(timeout, gives_references_and_what_can_only_be_moved) {
  run_virtual([]() -> task<> {
    int target = 1;
    int& found = co_await timeout(1s, [](int& there) -> task<int&> { co_return there; }(target));
    EXPECT_EQ(&found, &target);
    auto made = co_await timeout(
        1s, []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(2); }());
    EXPECT_EQ(*made, 2);
  });
}

TEST(move_on_after, gives_nothing_when_the_time_is_up) {
  run_virtual([]() -> task<> {
    std::optional<int> late = co_await move_on_after(1s, number_after(2s, 5));
    std::optional<int> timely = co_await move_on_after(3s, number_after(2s, 5));
    EXPECT_EQ(late, std::nullopt);
    EXPECT_EQ(timely, 5);
    bool finished = co_await move_on_after(1s, sleep_for(2s));
    EXPECT_FALSE(finished);
    finished = co_await move_on_at(now() + 3s, sleep_for(2s));
    EXPECT_TRUE(finished);
    EXPECT_EQ(now(), time_point(6s));
  });
}

TEST(move_on_after, of_a_deadline_and_a_result_at_one_moment_the_deadline_comes_first) {
  run_virtual([]() -> task<> {
    completion<int> there;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        there.set_value(1);
      });
      co_await yield_now();
      auto result = co_await move_on_after(1s, there.wait());
      EXPECT_FALSE(result);  // its deadline fires in the poll, before the setter has its turn
      auto again = co_await move_on_after(0s, number_after(0s, 1));
      EXPECT_FALSE(again);
    });
  });
}

}  // namespace
