// child: awaiting, cancelling, naming, dropping a task that a group runs.
#include "pirn/core/child.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

task<int> number_after(duration delay, int number) {
  co_await sleep_for(delay);
  co_return number;
}

// Runs `body(group)` in a group on virtual time.
template <class Body>
void in_group(Body body) {
  run_virtual([&]() -> task<> { co_await with_group(body); });
}

TEST(child, gives_its_result_by_reference_and_by_value) {
  in_group([](task_group& group) -> task<> {
    auto text = group.spawn([]() -> task<std::string> { co_return "result"; });
    std::string& there = co_await text;
    EXPECT_EQ(there, "result");
    EXPECT_EQ(&there, &text.result());
    std::string taken = co_await std::move(text);
    EXPECT_EQ(taken, "result");
  });
}

TEST(child, gives_what_can_only_be_moved) {
  in_group([](task_group& group) -> task<> {
    auto made =
        group.spawn([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); });
    std::unique_ptr<int> taken = co_await std::move(made);
    EXPECT_EQ(*taken, 5);
    int direct = *co_await group.spawn([] { return std::make_unique<int>(6); });
    EXPECT_EQ(direct, 6);
  });
}

TEST(child, gives_references) {
  in_group([](task_group& group) -> task<> {
    int target = 0;
    auto found = group.spawn([&]() -> task<int&> { co_return target; });
    int& there = co_await found;
    EXPECT_EQ(&there, &target);
    EXPECT_EQ(&found.result(), &target);
  });
}

TEST(child, may_be_awaited_again_and_by_several) {
  in_group([](task_group& group) -> task<> {
    auto number = group.spawn(number_after, 1s, 3);
    int sum = 0;
    auto add = [&]() -> task<> {
      int& there = co_await number;
      sum += there;
    };
    auto first = group.spawn(add);
    auto second = group.spawn(add);
    co_await first;
    co_await second;
    co_await number;
    EXPECT_EQ(sum, 6);
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(child, waiters_wake_in_the_order_they_came) {
  in_group([](task_group& group) -> task<> {
    auto number = group.spawn(number_after, 1s, 3);
    std::vector<int> order;
    auto wait = [&](int who) -> task<> {
      co_await number;
      order.push_back(who);
    };
    std::vector<child<>> waiters;
    for (int who = 0; who < 4; ++who) waiters.push_back(group.spawn(wait, who));
    for (child<>& each : waiters) co_await each;
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
  });
}

TEST(child, throws_what_it_threw_every_time) {
  bool asked_twice = false;
  auto body = [&](task_group& group) -> task<> {
    auto failing = group.spawn([]() -> task<int> {
      co_await yield_now();
      throw std::runtime_error("spam");
    });
    int caught = 0;
    for (int i = 0; i < 2; ++i) {
      try {
        co_await shield(failing);
      } catch (const std::runtime_error& error) {
        caught += std::string(error.what()) == "spam" ? 1 : 0;
      }
    }
    EXPECT_EQ(caught, 2);
    EXPECT_TRUE(failing.has_failed());
    EXPECT_FALSE(failing.was_cancelled());
    EXPECT_THROW(failing.result(), std::runtime_error);
    EXPECT_TRUE(failing.exception());
    asked_twice = true;
  };
  EXPECT_THROW(in_group(body), exception_group);
  EXPECT_TRUE(asked_twice);
}

TEST(child, tells_whether_it_has_ended) {
  in_group([](task_group& group) -> task<> {
    auto number = group.spawn(number_after, 1s, 3);
    EXPECT_FALSE(number.has_ended());
    co_await number;
    EXPECT_TRUE(number.has_ended());
    EXPECT_FALSE(number.has_failed());
    EXPECT_EQ(number.exception(), nullptr);
  });
}

TEST(child, one_that_was_cancelled_throws_an_ordinary_error_at_its_awaiter) {
  in_group([](task_group& group) -> task<> {
    auto sleeper = group.spawn(number_after, 5000s, 1);
    sleeper.set_name("sleeper");
    group.spawn([&]() -> task<> {
      co_await sleep_for(100ms);
      sleeper.cancel();
    });
    std::string message;
    try {
      co_await sleeper;
    } catch (const future_cancelled& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "task sleeper was cancelled");
    EXPECT_TRUE(sleeper.was_cancelled());
    EXPECT_THROW(sleeper.result(), future_cancelled);
    EXPECT_EQ(now(), time_point(100ms));
    co_await yield_now();  // the awaiter itself is not cancelled
  });
}

TEST(child, cancelling_it_before_its_start_ends_it_at_its_first_wait) {
  in_group([](task_group& group) -> task<> {
    bool started = false;
    bool waited = false;
    auto late = group.spawn([&]() -> task<> {
      started = true;
      co_await sleep_for(1s);
      waited = true;
    });
    late.cancel();
    EXPECT_FALSE(late.has_ended());
    co_await yield_now();
    EXPECT_TRUE(late.was_cancelled());
    EXPECT_TRUE(started);
    EXPECT_FALSE(waited);
  });
}

TEST(child, cancelling_the_ended_does_nothing) {
  in_group([](task_group& group) -> task<> {
    auto number = group.spawn(number_after, 1s, 3);
    co_await number;
    number.cancel();
    EXPECT_FALSE(number.was_cancelled());
    EXPECT_EQ(number.result(), 3);
  });
}

TEST(child, one_that_ends_right_after_the_cancel_has_its_result) {
  in_group([](task_group& group) -> task<> {
    child<int> self;
    self = group.spawn([&]() -> task<int> {
      self.cancel();
      co_return 12;
    });
    int result = co_await self;
    EXPECT_EQ(result, 12);
    EXPECT_FALSE(self.was_cancelled());
  });
}

TEST(child, one_that_cancels_itself_is_cancelled_at_its_next_wait) {
  in_group([](task_group& group) -> task<> {
    child<int> self;
    bool went_on = false;
    self = group.spawn([&]() -> task<int> {
      self.cancel();
      went_on = true;
      co_await sleep_for(100s);
      co_return 12;
    });
    co_await yield_now();
    EXPECT_TRUE(went_on);
    EXPECT_TRUE(self.was_cancelled());
  });
}

TEST(child, cancelling_the_awaiter_leaves_the_child_alone) {
  in_group([](task_group& group) -> task<> {
    auto number = group.spawn(number_after, 2s, 3);
    auto early = co_await move_on_after(1s, number);
    EXPECT_FALSE(early);
    EXPECT_FALSE(number.has_ended());
    int result = co_await number;
    EXPECT_EQ(result, 3);
    EXPECT_EQ(now(), time_point(2s));
  });
}

TEST(child, cancelling_a_child_and_its_awaiter_cancels_both) {
  in_group([](task_group& group) -> task<> {
    auto sleeper = group.spawn(number_after, 9s, 1);
    auto awaiter = group.spawn([&]() -> task<> { co_await sleeper; });
    co_await yield_now();
    sleeper.cancel();
    awaiter.cancel();
    co_await shield(sleep_for(1s));
    EXPECT_TRUE(sleeper.was_cancelled());
    EXPECT_TRUE(awaiter.was_cancelled());
  });
}

TEST(child, a_dropped_handle_leaves_the_task_running) {
  bool ended = false;
  in_group([&](task_group& group) {
    auto dropped = group.spawn([&]() -> task<> {
      co_await sleep_for(1s);
      ended = true;
    });
    EXPECT_TRUE(dropped);
  });
  EXPECT_TRUE(ended);
}

TEST(child, the_frame_of_a_dropped_task_goes_at_its_end) {
  auto shared = std::make_shared<int>(1);
  in_group([&](task_group& group) -> task<> {
    auto keep = [](std::shared_ptr<int>) -> task<> { co_await sleep_for(1s); };
    group.spawn(keep, shared);
    auto held = group.spawn(keep, shared);
    EXPECT_EQ(shared.use_count(), 3);
    co_await sleep_for(2s);
    EXPECT_EQ(shared.use_count(), 2);  // the handle keeps the ended task's frame
    held = {};
    EXPECT_EQ(shared.use_count(), 1);
  });
}

TEST(child, a_handle_may_outlive_its_group) {
  run_virtual([]() -> task<> {
    child<std::string> text;
    co_await with_group(
        [&](task_group& group) { text = group.spawn([] { return std::string("kept"); }); });
    EXPECT_EQ(text.result(), "kept");
    std::string taken = co_await std::move(text);
    EXPECT_EQ(taken, "kept");
  });
}

TEST(child, is_moved_not_copied) {
  static_assert(!std::is_copy_constructible_v<child<int>>);
  in_group([](task_group& group) -> task<> {
    auto first = group.spawn(number_after, 1s, 3);
    auto second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): a moved-from child is empty
    first = std::move(second);
    child<int>& same = first;
    first = std::move(same);
    int result = co_await first;
    EXPECT_EQ(result, 3);
  });
}

TEST(child, has_the_name_it_was_given_or_its_functions) {
  in_group([](task_group& group) -> task<> {
    auto number = group.spawn(number_after, 1s, 3);
    EXPECT_EQ(number.name(), "number_after");
    number.set_name("No-op " + std::to_string(1));
    EXPECT_EQ(number.name(), "No-op 1");
    co_await number;
    EXPECT_EQ(number.name(), "No-op 1");
  });
}

TEST(child, ids_grow) {
  in_group([](task_group& group) {
    auto first = group.spawn(number_after, 1s, 1);
    auto second = group.spawn(number_after, 1s, 2);
    EXPECT_LT(first.id(), second.id());
  });
}

TEST(child_death, using_an_empty_one_is_a_bug) {
  child<> none;
  EXPECT_DEATH(none.cancel(), "a child that is empty or was moved from is used");
}

TEST(child_death, waiting_for_ones_own_end_is_a_bug) {
  auto misuse = [](task_group& group) -> task<> {
    child<> self;
    auto wait_for_self = [&]() -> task<> { co_await self; };
    self = group.spawn(wait_for_self);
    co_await yield_now();
  };
  EXPECT_DEATH(in_group(misuse), "a task waits for its own end");
}

TEST(child_death, dropping_one_that_is_awaited_is_a_bug) {
  auto misuse = [](task_group& group) -> task<> {
    auto number = group.spawn(number_after, 1s, 1);
    group.spawn([&]() -> task<> { co_await number; });
    co_await yield_now();
    number = {};
  };
  EXPECT_DEATH(in_group(misuse), "a child is dropped while somebody waits for its end");
}

}  // namespace
