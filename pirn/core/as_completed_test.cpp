// as_completed: children in the order in which they end; waiting for some of them.
#include "pirn/core/as_completed.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using numbers = std::vector<std::size_t>;

task<int> number_after(duration delay, int number) {
  co_await sleep_for(delay);
  co_return number;
}

// Runs `body(group, children)` with one child per delay; each gives its own number.
template <class Body>
void with_children(std::vector<duration> delays, Body body) {
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      std::vector<child<int>> children;
      int number = 0;
      for (duration each : delays) children.push_back(group.spawn(number_after, each, number++));
      co_await body(group, children);
    });
  });
}

TEST(children_watch, a_wait_for_the_next_end_may_be_awaited_again) {
  with_children({2ms, 1ms}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    children_watch watch;
    for (const child<int>& each : children) watch.add(each);
    auto next = watch.next();
    std::vector<std::optional<std::size_t>> ends;
    for (int count = 0; count < 3; ++count) {
      std::optional<std::size_t> number = co_await next;
      ends.push_back(number);
    }
    const std::vector<std::optional<std::size_t>> expected{1, 0, std::nullopt};
    EXPECT_EQ(ends, expected);
  });
}

TEST(as_completed, gives_children_in_the_order_of_their_ends) {
  with_children({150ms, 10ms, 10ms}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    std::vector<int> values;
    as_completed done(children);
    while (true) {
      child<int>* next = co_await done.next();
      if (next == nullptr) break;
      values.push_back(next->result());
    }
    EXPECT_EQ(values, (std::vector{1, 2, 0}));
    EXPECT_EQ(now(), time_point(150ms));
    child<int>* after = co_await done.next();
    EXPECT_EQ(after, nullptr);
  });
}

TEST(as_completed, those_that_had_ended_come_first) {
  with_children({2s, 1s, 9s}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    co_await sleep_for(5s);
    std::vector<int> values;
    as_completed done(children);
    for (int i = 0; i < 3; ++i) {
      child<int>* next = co_await done.next();
      values.push_back(next->result());
    }
    EXPECT_EQ(values, (std::vector{0, 1, 2}));  // of the ended: in the order given
    EXPECT_EQ(now(), time_point(9s));
  });
}

TEST(as_completed, a_time_limit_is_that_of_the_await_around_it) {
  with_children({100ms, 150ms}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    as_completed done(children);
    time_point deadline = now() + 120ms;
    child<int>* first = co_await timeout_at(deadline, done.next());
    EXPECT_EQ(first->result(), 0);
    bool late = false;
    try {
      static_cast<void>(co_await timeout_at(deadline, done.next()));
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    EXPECT_EQ(now(), time_point(120ms));
    child<int>* second = co_await done.next();  // nothing was lost
    EXPECT_EQ(second->result(), 1);
  });
}

TEST(as_completed, of_nothing_is_over_at_once) {
  with_children({}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    as_completed done(children);
    child<int>* next = co_await done.next();
    EXPECT_EQ(next, nullptr);
  });
}

TEST(as_completed, ends_that_come_together_are_all_given) {
  std::vector<duration> delays(1000, 1s);
  with_children(delays, [](task_group&, std::vector<child<int>>& children) -> task<> {
    as_completed done(children);
    int expected = 0;
    while (true) {
      child<int>* next = co_await done.next();
      if (next == nullptr) break;
      EXPECT_EQ(next->result(), expected++);
    }
    EXPECT_EQ(expected, 1000);
  });
}

TEST(as_completed, may_be_left_before_the_end) {
  with_children({1s, 2s}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    {
      as_completed done(children);
      static_cast<void>(co_await done.next());
    }
    int& second = co_await children[1];
    EXPECT_EQ(second, 1);
  });
}

TEST(as_completed_death, one_task_at_a_time_waits) {
  auto misuse = [] {
    with_children({1s, 2s}, [](task_group& group, std::vector<child<int>>& children) -> task<> {
      as_completed done(children);
      auto consume = [&]() -> task<> { static_cast<void>(co_await done.next()); };
      group.spawn(consume);
      auto second = group.spawn(consume);
      co_await second;
    });
  };
  EXPECT_DEATH(misuse(), "one task at a time waits");
}

TEST(wait, for_all_gives_the_numbers_in_the_order_of_the_ends) {
  with_children({100ms, 150ms, 50ms}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    wait_result all = co_await wait(children);
    EXPECT_EQ(all.done, (numbers{2, 0, 1}));
    EXPECT_TRUE(all.pending.empty());
    EXPECT_EQ(now(), time_point(150ms));
    all = co_await wait(children);  // again takes no time
    EXPECT_EQ(all.done.size(), 3u);
    EXPECT_EQ(now(), time_point(150ms));
  });
}

TEST(wait, for_the_first) {
  with_children({10s, 100ms}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    wait_result first = co_await wait(children, {.until = return_when::first_completed});
    EXPECT_EQ(first.done, (numbers{1}));
    EXPECT_EQ(first.pending, (numbers{0}));
    EXPECT_FALSE(children[0].has_ended());
    EXPECT_EQ(now(), time_point(100ms));
  });
}

TEST(wait, what_ended_at_the_same_moment_is_done_too) {
  with_children({1s, 1s, 2s}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    wait_result first = co_await wait(children, {.until = return_when::first_completed});
    EXPECT_EQ(first.done, (numbers{0, 1}));
    EXPECT_EQ(first.pending, (numbers{2}));
  });
}

// A failing child cancels its group's body, so one who waits for a failure stands outside of it.
template <class Body>
void with_failing(duration fails_after, Body body) {
  run_virtual([&]() -> task<> {
    std::vector<child<int>> children;
    auto failing = [&]() -> task<int> {
      co_await sleep_for(fails_after);
      throw std::runtime_error("spam");
    };
    auto inner = [&](task_group& group) -> task<> {
      children.push_back(group.spawn([]() -> task<int> {
        co_await shield(sleep_for(10s));
        co_return 0;
      }));
      children.push_back(group.spawn(failing));
      co_await yield_now();
    };
    co_await with_group([&](task_group& outer) -> task<> {
      outer.spawn([&]() -> task<> {
        try {
          co_await with_group(inner);
        } catch (const exception_group&) {
        }
      });
      co_await yield_now();
      co_await body(children);
    });
    children.clear();
  });
}

TEST(wait, for_the_first_failure) {
  with_failing(10ms, [](std::vector<child<int>>& children) -> task<> {
    wait_result failed = co_await wait(children, {.until = return_when::first_exception});
    EXPECT_EQ(failed.done, (numbers{1}));
    EXPECT_EQ(failed.pending, (numbers{0}));
    EXPECT_EQ(now(), time_point(10ms));
  });
}

TEST(wait, for_a_failure_that_was_there_before) {
  with_failing(0ms, [](std::vector<child<int>>& children) -> task<> {
    co_await sleep_for(1s);
    wait_result failed = co_await wait(children, {.until = return_when::first_exception});
    EXPECT_EQ(failed.done, (numbers{1}));
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(wait, for_all_does_not_throw_what_failed) {
  with_failing(10ms, [](std::vector<child<int>>& children) -> task<> {
    wait_result all = co_await wait(children);
    EXPECT_EQ(all.done, (numbers{1, 0}));
    EXPECT_TRUE(children[1].exception());
    EXPECT_EQ(children[0].result(), 0);
  });
}

TEST(wait, a_cancelled_child_is_no_failure) {
  with_children({10s, 5s}, [](task_group& group, std::vector<child<int>>& children) -> task<> {
    group.spawn([&]() -> task<> {
      co_await sleep_for(1s);
      children[0].cancel();
    });
    wait_result all = co_await wait(children, {.until = return_when::first_exception});
    EXPECT_EQ(all.done, (numbers{0, 1}));
    EXPECT_EQ(now(), time_point(5s));
  });
}

TEST(wait, until_the_time_is_up) {
  with_children({100ms, 150ms}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    wait_result some = co_await wait(children, {.timeout = 110ms});
    EXPECT_EQ(some.done, (numbers{0}));
    EXPECT_EQ(some.pending, (numbers{1}));
    EXPECT_EQ(now(), time_point(110ms));
    wait_result none = co_await wait(children, {.timeout = 0ms});
    EXPECT_EQ(none.done, (numbers{0}));
    EXPECT_EQ(now(), time_point(110ms));
  });
}

TEST(wait, of_nothing_is_over_at_once) {
  with_children({}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    wait_result all = co_await wait(children);
    EXPECT_TRUE(all.done.empty() && all.pending.empty());
  });
}

TEST(wait, cancelling_it_leaves_the_children_running) {
  with_children({10s}, [](task_group&, std::vector<child<int>>& children) -> task<> {
    auto cut_short = co_await move_on_after(1s, wait(children));
    EXPECT_FALSE(cut_short);
    EXPECT_FALSE(children[0].has_ended());
    int& value = co_await children[0];
    EXPECT_EQ(value, 0);
    EXPECT_EQ(now(), time_point(10s));
  });
}

}  // namespace
