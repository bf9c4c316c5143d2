// select: the first of several waits, and nothing lost.
#include "pirn/core/select.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

// A place that one token can be taken from.
class token_place;

class [[nodiscard]] take_wait final : public awaitable<take_wait, list_wait> {
 public:
  explicit take_wait(token_place& from) noexcept;
  std::string describe() const override { return "token"; }

 private:
  friend class awaitable<take_wait, list_wait>;
  bool try_complete() noexcept;
  int result() noexcept;
  token_place& from_;
};

class token_place {
 public:
  int there = 0;  // not promised to anybody
  int taken = 0;

  take_wait take() noexcept { return take_wait(*this); }
  // Gives a token to the first waiter, or leaves it here.
  void put() noexcept {
    if (waiters.empty()) {
      ++there;
    } else {
      waiters.wake_first();
    }
  }
  wait_list waiters;
};

take_wait::take_wait(token_place& from) noexcept : awaitable(from.waiters), from_(from) {}
bool take_wait::try_complete() noexcept {
  if (from_.there == 0) return false;
  --from_.there;
  return true;
}
int take_wait::result() noexcept {
  return ++from_.taken;
}

TEST(select, gives_the_first_that_happens) {
  run_virtual([]() -> task<> {
    token_place place;
    auto which = co_await select(place.take(), sleep_for(1s), sleep_for(2s));
    EXPECT_EQ(which.index(), 1u);
    EXPECT_EQ(now(), time_point(1s));
    EXPECT_TRUE(place.waiters.empty());
    EXPECT_TRUE(loop::current().timers().empty());
  });
}

TEST(select, gives_the_result_of_the_winner) {
  run_virtual([]() -> task<> {
    token_place place;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        place.put();
      });
      auto which = co_await select(sleep_for(5s), place.take());
      EXPECT_EQ(which.index(), 1u);
      EXPECT_EQ(std::get<1>(which), 1);
    });
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(select, does_not_suspend_when_one_is_there) {
  run_virtual([]() -> task<> {
    token_place place;
    place.put();
    auto which = co_await select(sleep_for(1s), place.take());
    EXPECT_EQ(which.index(), 1u);
    EXPECT_EQ(now(), time_point());
  });
}

TEST(select, of_several_that_are_there_takes_the_first_argument_and_leaves_the_rest) {
  run_virtual([]() -> task<> {
    token_place first, second;
    first.put();
    second.put();
    auto which = co_await select(first.take(), second.take());
    EXPECT_EQ(which.index(), 0u);
    EXPECT_EQ(first.taken, 1);
    EXPECT_EQ(second.taken, 0);
    EXPECT_EQ(second.there, 1);
  });
}

TEST(select, exactly_one_of_two_that_come_at_once_happens) {
  run_virtual([]() -> task<> {
    token_place first, second;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        second.put();
        first.put();  // nobody waits for it any more
      });
      auto which = co_await select(first.take(), second.take());
      EXPECT_EQ(which.index(), 1u);
    });
    EXPECT_EQ(second.taken, 1);
    EXPECT_EQ(first.there, 1);
  });
}

TEST(select, two_members_on_one_list_take_one) {
  run_virtual([]() -> task<> {
    token_place place;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        place.put();
        place.put();
      });
      auto which = co_await select(place.take(), place.take());
      EXPECT_EQ(which.index(), 0u);
    });
    EXPECT_EQ(place.taken, 1);
    EXPECT_EQ(place.there, 1);
  });
}

TEST(select, cancelling_withdraws_all) {
  run_virtual([]() -> task<> {
    token_place place;
    auto which = co_await move_on_after(1s, select(place.take(), sleep_for(9s)));
    EXPECT_FALSE(which);
    EXPECT_TRUE(place.waiters.empty());
    EXPECT_TRUE(loop::current().timers().empty());
    place.put();
    EXPECT_EQ(place.there, 1);
  });
}

TEST(select, what_has_happened_is_returned_though_a_cancel_follows) {
  run_virtual([]() -> task<> {
    token_place place;
    cancel_scope scope;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        place.put();
        scope.cancel();
      });
      auto which = co_await within(scope, select(place.take(), sleep_for(9s)));
      EXPECT_TRUE(which);
    });
    EXPECT_EQ(place.taken, 1);
  });
}

TEST(select, checks_its_scope_first) {
  run_virtual([]() -> task<> {
    token_place place;
    place.put();
    auto which = co_await move_on_after(0s, select(place.take(), sleep_for(1s)));
    EXPECT_FALSE(which);
    EXPECT_EQ(place.there, 1);
  });
}

TEST(select, an_interrupt_ends_it) {
  run_virtual([]() -> task<> {
    token_place place;
    bool interrupted = false;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiting = group.spawn([&]() -> task<> {
        try {
          static_cast<void>(co_await select(place.take(), sleep_for(9s)));
        } catch (const std::runtime_error&) {
          interrupted = true;
        }
      });
      co_await yield_now();
      waiting.interrupt(std::runtime_error("now"));
    });
    EXPECT_TRUE(interrupted);
    EXPECT_TRUE(place.waiters.empty());
  });
}

TEST(select, an_error_of_the_winner_is_thrown) {
  run_virtual([]() -> task<> {
    completion<int> failing;
    failing.set_error(std::make_exception_ptr(std::runtime_error("spam")));
    bool caught = false;
    try {
      static_cast<void>(co_await select(failing.wait(), sleep_for(1s)));
    } catch (const std::runtime_error&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
  });
}

TEST(select, waits_for_children) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto quick = group.spawn([]() -> task<int> {
        co_await sleep_for(1s);
        co_return 3;
      });
      auto slow = group.spawn([]() -> task<> { co_await sleep_for(2s); });
      auto which = co_await select(slow.wait(), quick.wait());
      EXPECT_EQ(which.index(), 1u);
      EXPECT_EQ(std::get<1>(which), 3);
      EXPECT_FALSE(slow.has_ended());
      auto later = co_await select(slow.wait(), sleep_for(5s));
      EXPECT_EQ(later.index(), 0u);
      EXPECT_EQ(now(), time_point(2s));
    });
  });
}

TEST(select, a_member_that_ends_on_the_next_turn_wins_over_later_ones) {
  run_virtual([]() -> task<> {
    auto which = co_await select(sleep_for(1s), yield_now());
    EXPECT_EQ(which.index(), 1u);
    EXPECT_EQ(now(), time_point());
  });
}

TEST(select, the_waits_may_be_used_again) {
  run_virtual([]() -> task<> {
    token_place place;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        for (int i = 0; i < 3; ++i) {
          co_await sleep_for(10s);
          place.put();
        }
      });
      take_wait take = place.take();
      int timeouts = 0;
      while (place.taken < 3) {
        auto which = co_await select(take, sleep_for(4s));
        if (which.index() == 1) ++timeouts;
      }
      EXPECT_EQ(timeouts, 6);
    });
  });
}

TEST(select, may_be_awaited_again_itself) {
  run_virtual([]() -> task<> {
    token_place place;
    place.there = 1;
    take_wait token = place.take();
    sleep_wait nap = sleep_for(1s);
    auto first = select(token, nap);
    auto before = co_await first;
    EXPECT_EQ(before.index(), 0u);
    auto after = co_await first;  // no token is left
    EXPECT_EQ(after.index(), 1u);
  });
}

TEST(select, says_what_it_waits_for) {
  run_virtual([]() -> task<> {
    token_place place;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiting = group.spawn(
          [&]() -> task<> { static_cast<void>(co_await select(place.take(), sleep_for(9s))); });
      co_await yield_now();
      EXPECT_EQ(waiting.record().waiting()->describe(), "first of: token, sleep");
      waiting.cancel();
    });
  });
}

TEST(select, one_that_never_suspends_lets_others_run) {
  run_virtual([]() -> task<> {
    token_place place;
    place.there = 1'000'000;
    bool other_ran = false;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&] { other_ran = true; });
      int rounds = 0;
      while (!other_ran) {
        static_cast<void>(co_await select(place.take(), sleep_for(1s)));
        ++rounds;
      }
      EXPECT_LE(rounds, 128);
    });
  });
}

}  // namespace
