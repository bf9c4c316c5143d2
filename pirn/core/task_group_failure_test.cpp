// task_group: failures.
#include <algorithm>
#include <memory>
#include <span>
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

TEST(task_group_failure, a_failing_child_cancels_its_siblings) {
  run_virtual([]() -> task<> {
    child<int> other;
    strings failures = co_await failures_of(with_group([&](task_group& group) {
      group.spawn(crash_after, 100ms);
      other = group.spawn(number_after, 1s, 1);
    }));
    EXPECT_EQ(failures, (strings{"division by zero"}));
    EXPECT_TRUE(other.was_cancelled());
    EXPECT_EQ(now(), time_point(100ms));
  });
}

TEST(task_group_failure, a_failing_child_cancels_the_body) {
  run_virtual([]() -> task<> {
    bool body_cancelled = false;
    strings failures = co_await failures_of(with_group([&](task_group& group) -> task<> {
      for (int i = 0; i < 3; ++i) group.spawn(crash_after, 100ms);
      group.spawn(number_after, 5s, 1);
      try {
        co_await sleep_for(10s);
      } catch (const cancelled&) {
        body_cancelled = true;
        throw;
      }
    }));
    EXPECT_TRUE(body_cancelled);
    EXPECT_EQ(failures, strings(3, "division by zero"));  // all had begun to fail at that moment
  });
}

TEST(task_group_failure, a_failing_body_cancels_the_children) {
  run_virtual([]() -> task<> {
    child<int> first, second;
    strings failures = co_await failures_of(with_group([&](task_group& group) -> task<> {
      first = group.spawn(number_after, 1s, 42);
      second = group.spawn(number_after, 2s, 11);
      co_await sleep_for(100ms);
      throw division_error();
    }));
    EXPECT_EQ(failures, (strings{"division by zero"}));
    EXPECT_TRUE(first.was_cancelled());
    EXPECT_TRUE(second.was_cancelled());
    EXPECT_EQ(now(), time_point(100ms));
  });
}

TEST(task_group_failure, a_body_that_fails_at_once_cancels_children_that_never_ran) {
  run_virtual([]() -> task<> {
    child<int> first;
    bool waited = false;
    strings failures = co_await failures_of(with_group([&](task_group& group) {
      first = group.spawn(number_after, 1s, 42);
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        waited = true;
      });
      throw division_error();
    }));
    EXPECT_EQ(failures, (strings{"division by zero"}));
    EXPECT_TRUE(first.was_cancelled());
    EXPECT_FALSE(waited);
  });
}

TEST(task_group_failure,
     the_bodys_failure_comes_first_then_the_childrens_in_the_order_they_failed) {
  run_virtual([]() -> task<> {
    auto fail_with = [](duration delay, std::string text) -> task<> {
      co_await shield(sleep_for(delay));
      throw std::runtime_error(text);
    };
    strings failures = co_await failures_of(with_group([&](task_group& group) -> task<> {
      group.spawn(fail_with, 30ms, "third");
      group.spawn(fail_with, 10ms, "first");
      group.spawn(fail_with, 20ms, "second");
      co_await shield(sleep_for(1s));
      throw std::runtime_error("body");
    }));
    EXPECT_EQ(failures, (strings{"body", "first", "second", "third"}));
  });
}

TEST(task_group_failure, a_failure_that_the_body_met_by_awaiting_the_child_counts_once) {
  run_virtual([]() -> task<> {
    strings failures = co_await failures_of(with_group([&](task_group& group) -> task<> {
      auto failing = group.spawn(crash_after, 10ms);
      group.spawn(number_after, 1ms, 1);
      co_await shield(sleep_for(20ms));
      co_await shield(failing);
    }));
    EXPECT_EQ(failures, (strings{"division by zero"}));
  });
}

TEST(task_group_failure, the_same_failure_of_two_children_counts_once) {
  run_virtual([]() -> task<> {
    strings failures = co_await failures_of(with_group([&](task_group& group) -> task<> {
      auto failing = group.spawn([]() -> task<> {
        co_await yield_now();
        throw division_error();
      });
      group.spawn([&]() -> task<> { co_await shield(failing); });
      co_await shield(sleep_for(1s));
    }));
    EXPECT_EQ(failures, (strings{"division by zero"}));
  });
}

TEST(task_group_failure, a_single_failure_is_a_group_too) {
  run_virtual([]() -> task<> {
    bool caught = false;
    try {
      co_await with_group([](task_group& group) { group.spawn(crash_after, 1ms); });
    } catch (const exception_group& group) {
      caught = true;
      EXPECT_NE(group.find<division_error>(), nullptr);
      EXPECT_STREQ(group.what(), "1 task failed: division by zero");
    }
    EXPECT_TRUE(caught);
  });
}

TEST(task_group_failure,
     an_outer_childs_failure_cancels_the_inner_group_without_an_error_of_its_own) {
  run_virtual([]() -> task<> {
    strings failures = co_await failures_of(with_group([](task_group& outer) -> task<> {
      outer.spawn(crash_after, 100ms);
      co_await with_group([](task_group& inner) { inner.spawn(crash_after, 10s); });
    }));
    EXPECT_EQ(failures, (strings{"division by zero"}));
    EXPECT_EQ(now(), time_point(100ms));
  });
}

TEST(task_group_failure, an_inner_failure_ends_the_outer_group) {
  run_virtual([]() -> task<> {
    strings failures = co_await failures_of(with_group([](task_group& outer) -> task<> {
      outer.spawn(crash_after, 10s);
      co_await with_group([](task_group& inner) { inner.spawn(crash_after, 100ms); });
    }));
    EXPECT_EQ(failures, (strings{"1 task failed: division by zero"}));
    EXPECT_EQ(now(), time_point(100ms));
  });
}

TEST(task_group_failure, a_childs_and_the_bodys_failures_come_together) {
  run_virtual([]() -> task<> {
    auto body = [](task_group& group) -> task<> {
      group.spawn(crash_after, 100ms);
      std::exception_ptr met;
      try {
        co_await sleep_for(10s);
      } catch (...) {
        met = std::current_exception();
      }
      if (met) throw std::logic_error("body");
    };
    strings failures = co_await failures_of(with_group(body));
    EXPECT_EQ(failures, (strings{"body", "division by zero"}));
  });
}

TEST(task_group_failure, what_is_no_std_exception_is_collected_too) {
  run_virtual([]() -> task<> {
    struct odd {};
    auto crash = []() -> task<> {
      co_await yield_now();
      throw odd{};
    };
    bool found = false;
    try {
      co_await with_group([&](task_group& group) -> task<> {
        group.spawn(crash);
        co_await crash_when_cancelled();
      });
    } catch (const exception_group& group) {
      found = group.find<odd>() != nullptr && group.find<division_error>() != nullptr;
    }
    EXPECT_TRUE(found);
  });
}

TEST(task_group_failure, a_growing_group_ends_when_one_fails) {
  run_virtual([]() -> task<> {
    int heads = 0;
    struct hydra {
      static task<> grow(task_group& group, int& heads) {
        ++heads;
        co_await sleep_for(10ms);
        group.spawn(grow, std::ref(group), std::ref(heads));
        group.spawn(grow, std::ref(group), std::ref(heads));
      }
    };
    auto hercules = [&]() -> task<> {
      while (heads < 10) co_await sleep_for(15ms);
      throw division_error();
    };
    strings failures = co_await failures_of(with_group([&](task_group& group) {
      group.spawn(hydra::grow, std::ref(group), std::ref(heads));
      group.spawn(hercules);
    }));
    EXPECT_EQ(failures, (strings{"division by zero"}));
    EXPECT_GE(heads, 10);
  });
}

TEST(task_group_failure, a_groups_cleanup_error_joins_the_childs) {
  run_virtual([]() -> task<> {
    auto body = [](task_group& group) -> task<> {
      group.spawn([] { throw division_error(); });
      std::exception_ptr met;
      try {
        co_await sleep_for(1s);
      } catch (...) {
        met = std::current_exception();
      }
      throw std::logic_error("clean-up");
    };
    strings failures = co_await failures_of(with_group(body));
    EXPECT_EQ(failures, (strings{"clean-up", "division by zero"}));
    co_await sleep_for(1s);  // the owner is not cancelled
  });
}

/// Keeps its children apart: a failure is written down with the child's note, and no more.
class tolerant_group final : public task_group {
 public:
  tolerant_group(task_record& owner, strings& failures) : task_group(owner), failures_(failures) {}

 private:
  void child_failed(const task_record& child, std::exception_ptr error) noexcept override {
    if (is_cancellation(error)) return task_group::child_failed(child, std::move(error));
    std::string note(reinterpret_cast<const char*>(child.note().data()), child.note().size());
    failures_.push_back(note + ": " + describe_exception(error));
  }
  strings& failures_;
};

TEST(task_group_failure, a_group_may_keep_its_children_apart_and_know_them_by_their_notes) {
  run_virtual([]() -> task<> {
    strings failures;
    tolerant_group group(co_await this_task_record{}, failures);
    group.start_noted(std::as_bytes(std::span(std::string_view("first"))), crash_after(1s));
    child<int> other = group.start(number_after(2s, 2));
    co_await group.join({});
    EXPECT_EQ(failures, (strings{"first: division by zero"}));
    EXPECT_EQ(other.result(), 2);
    EXPECT_TRUE(other.record().note().empty());
  });
}

TEST(task_group_failure, a_note_lives_as_long_as_its_child_is_held) {
  run_virtual([]() -> task<> {
    const std::string note(255, 'n');
    child<int> held;
    {
      task_group group(co_await this_task_record{});
      held = group.start_noted(std::as_bytes(std::span(note)), number_after(1s, 1));
      co_await group.join({});
    }
    EXPECT_TRUE(std::ranges::equal(held.record().note(), std::as_bytes(std::span(note))));
  });
}

}  // namespace
