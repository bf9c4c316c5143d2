// task_group: cancellation, from outside and by itself.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/task_group_test.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::group_tests;
using pirn::testing::run_virtual;

TEST(task_group_cancel, goes_on_when_a_child_is_cancelled) {
  run_virtual([]() -> task<> {
    child<int> first, second;
    co_await with_group([&](task_group& group) -> task<> {
      first = group.spawn(number_after, 1s, 42);
      co_await sleep_for(150ms);
      first.cancel();
      second = group.spawn(number_after, 200ms, 11);
    });
    EXPECT_TRUE(first.was_cancelled());
    EXPECT_EQ(second.result(), 11);
  });
}

TEST(task_group_cancel, cancelling_the_owner_cancels_the_children_and_is_passed_on) {
  run_virtual([]() -> task<> {
    int cancelled_children = 0;
    auto wait_long = [&]() -> task<> {
      try {
        co_await sleep_for(5s);
      } catch (const cancelled&) {
        ++cancelled_children;
        throw;
      }
    };
    auto owner = [&]() -> task<> {
      co_await with_group([&](task_group& group) {
        for (int i = 0; i < 5; ++i) group.spawn(wait_long);
      });
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto running = group.spawn(owner);
      co_await sleep_for(100ms);
      EXPECT_FALSE(running.has_ended());
      running.cancel();
      co_await yield_now();
      co_await yield_now();
      EXPECT_TRUE(running.was_cancelled());
    });
    EXPECT_EQ(cancelled_children, 5);
    EXPECT_EQ(now(), time_point(100ms));
  });
}

TEST(task_group_cancel, cancelling_the_owner_reaches_a_body_that_waits) {
  run_virtual([]() -> task<> {
    int reached = 0;
    auto wait_long = [&](int worth) -> task<> {
      try {
        co_await sleep_for(5s);
      } catch (const cancelled&) {
        reached += worth;
        throw;
      }
    };
    bool finished = co_await move_on_after(100ms, with_group([&](task_group& group) -> task<> {
                                             for (int i = 0; i < 5; ++i) group.spawn(wait_long, 1);
                                             co_await wait_long(10);
                                           }));
    EXPECT_FALSE(finished);
    EXPECT_EQ(reached, 15);
  });
}

TEST(task_group_cancel, failures_during_a_cancel_from_outside_are_thrown) {
  run_virtual([]() -> task<> {
    strings failures;
    cancel_scope scope(scope_options{.deadline = now() + 100ms});
    bool finished = co_await within(scope, [](strings& into) -> task<> {
      into = co_await failures_of(with_group([](task_group& group) -> task<> {
        for (int i = 0; i < 5; ++i) group.spawn(crash_when_cancelled);
        co_await sleep_for(10s);
      }));
    }(failures));
    EXPECT_TRUE(finished);  // the group's error took the place of the cancel
    EXPECT_EQ(failures, strings(5, "division by zero"));
  });
}

TEST(task_group_cancel, a_nested_groups_failure_arrives_as_a_group_in_a_group) {
  run_virtual([]() -> task<> {
    std::size_t outer_count = 0;
    std::size_t inner_count = 0;
    auto inner = []() -> task<> {
      co_await with_group([](task_group& group) -> task<> {
        for (int i = 0; i < 5; ++i) group.spawn(crash_when_cancelled);
        co_await sleep_for(10s);
      });
    };
    try {
      co_await move_on_after(100ms, with_group([&](task_group& group) -> task<> {
                               group.spawn(number_after, 10s, 1);
                               co_await inner();
                             }));
    } catch (const exception_group& group) {
      outer_count = group.exceptions().size();
      if (const auto* nested = group.find<exception_group>()) {
        inner_count = nested->exceptions().size();
      }
    }
    EXPECT_EQ(outer_count, 1u);
    EXPECT_EQ(inner_count, 5u);
  });
}

TEST(task_group_cancel, a_failure_while_a_cancelled_body_cleans_up_is_thrown) {
  run_virtual([]() -> task<> {
    auto body = [](task_group& group) -> task<> {
      group.spawn([]() -> task<> {
        co_await shield(sleep_for(300ms));
        throw division_error();
      });
      auto clean_up = []() -> task<> { co_await sleep_for(500ms); };
      co_await finally(to_task(sleep_for(10s)), clean_up());
    };
    strings failures;
    auto runner = [&]() -> task<> { failures = co_await failures_of(with_group(body)); };
    co_await with_group([&](task_group& group) -> task<> {
      auto running = group.spawn(runner);
      co_await sleep_for(100ms);
      running.cancel();
    });
    EXPECT_EQ(failures, (strings{"division by zero"}));
    EXPECT_EQ(now(), time_point(600ms));
  });
}

TEST(task_group_cancel, a_cancelled_body_without_children_passes_the_cancel_on) {
  run_virtual([]() -> task<> {
    int reached = 0;
    bool finished = co_await move_on_after(100ms, with_group([&](task_group&) -> task<> {
                                             try {
                                               co_await sleep_for(10s);
                                             } catch (const cancelled&) {
                                               reached += 10;
                                               throw;
                                             }
                                           }));
    EXPECT_FALSE(finished);
    EXPECT_EQ(reached, 10);
  });
}

TEST(task_group_cancel, a_body_that_turns_the_cancel_into_an_error_fails_with_it) {
  run_virtual([]() -> task<> {
    auto body = [](task_group&) -> task<> { co_await crash_when_cancelled(); };
    strings failures;
    co_await move_on_after(100ms, [](strings& into, auto& fn) -> task<> {
      into = co_await failures_of(with_group(fn));
    }(failures, body));
    EXPECT_EQ(failures, (strings{"division by zero"}));
  });
}

TEST(task_group_cancel, a_child_of_a_cancelled_group_starts_and_its_first_wait_throws) {
  run_virtual([]() -> task<> {
    bool started = false;
    bool waited = false;
    co_await failures_of(with_group([&](task_group& group) -> task<> {
      group.spawn(crash_after, 1ms);
      auto late = [&]() -> task<> {
        started = true;
        co_await yield_now();
        waited = true;
      };
      try {
        co_await sleep_for(1s);
      } catch (const cancelled&) {
        group.spawn(late);
        throw;
      }
    }));
    EXPECT_TRUE(started);
    EXPECT_FALSE(waited);
  });
}

TEST(task_group_cancel, its_own_cancel_ends_children_and_body_quietly) {
  run_virtual([]() -> task<> {
    child<int> first;
    bool after = false;
    co_await with_group([&](task_group& group) -> task<> {
      first = group.spawn(number_after, 1s, 1);
      group.cancel();
      co_await yield_now();
      after = true;
    });
    EXPECT_TRUE(first.was_cancelled());
    EXPECT_FALSE(after);
    co_await yield_now();  // nothing is left of the cancel
    EXPECT_EQ(now(), time_point());
  });
}

TEST(task_group_cancel, its_own_cancel_leaves_no_result) {
  run_virtual([]() -> task<> {
    bool thrown = false;
    try {
      static_cast<void>(co_await with_group([](task_group& group) -> task<int> {
        group.cancel();
        co_await yield_now();
        co_return 1;
      }));
    } catch (const future_cancelled&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  });
}

TEST(task_group_cancel, a_child_may_cancel_the_whole_group) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) {
      group.spawn(number_after, 10s, 1);
      group.spawn([&group]() -> task<> {
        co_await sleep_for(1s);
        group.cancel();
      });
    });
    EXPECT_EQ(now(), time_point(1s));
  });
}

}  // namespace
