// scope: cancelling regions of work, deadlines, shields.
#include "pirn/core/scope.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/loop_runner.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using strings = std::vector<std::string>;

// Whether the next wait of the calling task throws `cancelled`.
task<bool> next_wait_throws() {
  try {
    co_await yield_now();
  } catch (const cancelled&) {
    co_return true;
  }
  co_return false;
}

TEST(cancel_scope, work_that_ends_in_time_gives_its_result) {
  run_virtual([]() -> task<> {
    cancel_scope scope;
    auto work = []() -> task<int> {
      co_await sleep_for(1s);
      co_return 5;
    };
    std::optional<int> result = co_await within(scope, work());
    EXPECT_EQ(result, 5);
    EXPECT_FALSE(scope.cancel_called());
    EXPECT_FALSE(scope.cancelled_caught());
  });
}

TEST(cancel_scope, cancelling_it_ends_the_wait_inside_and_goes_on_after_it) {
  run_virtual([]() -> task<> {
    cancel_scope scope;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        scope.cancel();
      });
      bool finished = co_await within(scope, sleep_for(10s));
      EXPECT_FALSE(finished);
    });
    EXPECT_EQ(now(), time_point(1s));
    EXPECT_TRUE(scope.cancel_called());
    EXPECT_TRUE(scope.cancelled_caught());
    EXPECT_FALSE(scope.timed_out());
    bool thrown = co_await next_wait_throws();
    EXPECT_FALSE(thrown);
  });
}

TEST(cancel_scope, one_that_is_cancelled_before_it_is_entered_stops_the_first_wait) {
  run_virtual([]() -> task<> {
    strings trace;
    cancel_scope scope;
    scope.cancel();
    auto work = [&]() -> task<> {
      trace.push_back("started");
      co_await yield_now();
      trace.push_back("waited");
    };
    bool finished = co_await within(scope, work());
    EXPECT_FALSE(finished);
    EXPECT_EQ(trace, (strings{"started"}));
  });
}

TEST(cancel_scope, every_wait_inside_throws_from_then_on) {
  run_virtual([]() -> task<> {
    cancel_scope scope;
    int thrown = 0;
    auto stubborn = [&]() -> task<> {
      scope.cancel();
      for (int i = 0; i < 3; ++i) {
        bool threw = co_await next_wait_throws();
        thrown += threw ? 1 : 0;
      }
      try {
        co_await check_cancelled();
      } catch (const cancelled&) {
        ++thrown;
      }
    };
    bool finished = co_await within(scope, stubborn());
    EXPECT_TRUE(finished);  // it went on to its end all the same
    EXPECT_EQ(thrown, 4);
    EXPECT_FALSE(scope.cancelled_caught());
  });
}

TEST(cancel_scope, a_wait_that_would_not_suspend_throws_too) {
  run_virtual([]() -> task<> {
    completion<int> there;
    there.set_value(1);
    cancel_scope scope;
    scope.cancel();
    bool waited = false;
    co_await within(scope, [](completion<int>& from, bool& done) -> task<> {
      static_cast<void>(co_await from.wait());
      done = true;
    }(there, waited));
    EXPECT_FALSE(waited);
  });
}

TEST(cancel_scope, a_result_that_has_arrived_is_returned_and_the_next_wait_throws) {
  run_virtual([]() -> task<> {
    completion<int> there;
    cancel_scope scope;
    int got = 0;
    bool next_threw = false;
    auto work = [&]() -> task<> {
      got = co_await there.wait();
      next_threw = co_await next_wait_throws();
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> { co_await within(scope, work()); });
      co_await yield_now();
      there.set_value(7);
      scope.cancel();  // the waiter is ready and has not run yet
    });
    EXPECT_EQ(got, 7);
    EXPECT_TRUE(next_threw);
  });
}

TEST(cancel_scope, errors_pass_through_it) {
  run_virtual([]() -> task<> {
    cancel_scope scope;
    auto fail_when_cancelled = [&]() -> task<> {
      scope.cancel();
      bool threw = co_await next_wait_throws();
      if (threw) throw std::runtime_error("clean-up");
    };
    std::string message;
    try {
      co_await within(scope, fail_when_cancelled());
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "clean-up");
    EXPECT_FALSE(scope.cancelled_caught());
  });
}

TEST(cancel_scope, swallows_only_its_own_cancel) {
  run_virtual([]() -> task<> {
    cancel_scope outer;
    cancel_scope inner;
    bool after_inner = false;
    auto work = [&]() -> task<> {
      bool finished = co_await within(inner, sleep_for(10s));
      after_inner = true;
      static_cast<void>(finished);
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        inner.cancel();
        outer.cancel();  // at the same moment
      });
      bool finished = co_await within(outer, work());
      EXPECT_FALSE(finished);
    });
    EXPECT_FALSE(after_inner);
    EXPECT_FALSE(inner.cancelled_caught());
    EXPECT_TRUE(outer.cancelled_caught());
  });
}

TEST(cancel_scope, a_cancelled_that_nobody_asked_for_is_not_swallowed) {
  run_virtual([]() -> task<> {
    cancel_scope scope;
    bool passed = false;
    try {
      co_await within(scope, []() -> task<> {
        co_await yield_now();
        throw cancelled{};
      }());
    } catch (const cancelled&) {
      passed = true;
    }
    EXPECT_TRUE(passed);
  });
}

TEST(cancel_scope, cancelling_the_inner_leaves_the_outer_alone) {
  run_virtual([]() -> task<> {
    cancel_scope outer;
    auto work = [&]() -> task<bool> {
      cancel_scope inner;
      inner.cancel();
      bool finished = co_await within(inner, sleep_for(1s));
      EXPECT_FALSE(finished);
      bool threw = co_await next_wait_throws();
      co_return threw;
    };
    std::optional<bool> threw = co_await within(outer, work());
    EXPECT_EQ(threw, false);
  });
}

TEST(cancel_scope, reaches_the_groups_and_tasks_inside) {
  run_virtual([]() -> task<> {
    cancel_scope scope(scope_options{.deadline = now() + 1s});
    int reached = 0;
    auto leaf = [&]() -> task<> {
      try {
        co_await sleep_for(10s);
      } catch (const cancelled&) {
        ++reached;
        throw;
      }
    };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(leaf);
      co_await with_group([&](task_group& inner) { inner.spawn(leaf); });
    };
    bool finished = co_await within(scope, with_group(body));
    EXPECT_FALSE(finished);
    EXPECT_EQ(reached, 2);
    EXPECT_TRUE(scope.timed_out());
  });
}

TEST(cancel_scope, a_deadline_can_be_moved_and_taken_away) {
  run_virtual([]() -> task<> {
    cancel_scope scope(scope_options{.deadline = now() + 1s});
    EXPECT_EQ(scope.deadline(), time_point(1s));
    auto work = [&]() -> task<> {
      scope.set_deadline(now() + 3s);
      co_await sleep_for(2s);
      scope.set_deadline(never);
      co_await sleep_for(10s);
      scope.set_deadline(now() + 1s);
      co_await sleep_for(10s);
    };
    bool finished = co_await within(scope, work());
    EXPECT_FALSE(finished);
    EXPECT_EQ(now(), time_point(13s));
    EXPECT_TRUE(scope.timed_out());
  });
}

TEST(cancel_scope, a_deadline_moved_into_the_past_comes_at_once) {
  run_virtual([]() -> task<> {
    cancel_scope scope;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(2s);
        scope.set_deadline(time_point(1s));
      });
      bool finished = co_await within(scope, sleep_for(10s));
      EXPECT_FALSE(finished);
    });
    EXPECT_EQ(now(), time_point(2s));
  });
}

TEST(cancel_scope, moving_the_deadline_after_it_came_changes_nothing) {
  run_virtual([]() -> task<> {
    cancel_scope scope(scope_options{.deadline = now()});
    auto work = [&]() -> task<> {
      scope.set_deadline(never);
      co_await sleep_for(1s);
    };
    bool finished = co_await within(scope, work());
    EXPECT_FALSE(finished);
    EXPECT_TRUE(scope.timed_out());
  });
}

TEST(cancel_scope, a_deadline_set_before_it_is_entered_holds) {
  run_virtual([]() -> task<> {
    cancel_scope scope;
    scope.set_deadline(now() + 1s);
    bool finished = co_await within(scope, sleep_for(10s));
    EXPECT_FALSE(finished);
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(cancel_scope, a_deadline_that_is_not_reached_leaves_no_timer) {
  run_virtual([]() -> task<> {
    cancel_scope scope(scope_options{.deadline = now() + 10s});
    co_await within(scope, sleep_for(1s));
    EXPECT_TRUE(loop::current().timers().empty());
    EXPECT_FALSE(scope.timed_out());
  });
}

TEST(cancel_scope, a_shield_keeps_cancellation_out_until_it_ends) {
  run_virtual([]() -> task<> {
    cancel_scope outer;
    strings trace;
    auto work = [&]() -> task<> {
      cancel_scope keep(scope_options{.shield = true});
      outer.cancel();
      bool finished = co_await within(keep, sleep_for(1s));
      trace.push_back(finished ? "kept" : "cut short");
      bool threw = co_await next_wait_throws();
      trace.push_back(threw ? "thrown after" : "not thrown");
    };
    co_await within(outer, work());
    EXPECT_EQ(trace, (strings{"kept", "thrown after"}));
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(cancel_scope, a_shield_obeys_its_own_cancel) {
  run_virtual([]() -> task<> {
    cancel_scope outer;
    cancel_scope keep(scope_options{.deadline = now() + 1s, .shield = true});
    bool finished = true;
    auto work = [&]() -> task<> {
      outer.cancel();
      finished = co_await within(keep, sleep_for(10s));
    };
    co_await within(outer, work());
    EXPECT_FALSE(finished);
    EXPECT_TRUE(keep.cancelled_caught());
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(cancel_scope, tasks_started_inside_a_shield_are_out_of_reach) {
  run_virtual([]() -> task<> {
    cancel_scope outer;
    bool ended = false;
    auto leaf = [&]() -> task<> {
      co_await sleep_for(1s);
      ended = true;
    };
    auto work = [&]() -> task<> {
      outer.cancel();
      co_await shield(with_group([&](task_group& group) { group.spawn(leaf); }));
    };
    co_await within(outer, work());
    EXPECT_TRUE(ended);
  });
}

TEST(cancel_scope_death, it_outlives_the_work_in_it) {
  auto misuse = []() -> task<> {
    auto scope = std::make_unique<cancel_scope>();
    auto work = [&]() -> task<> {
      scope.reset();
      co_return;
    };
    co_await within(*scope, work());
  };
  EXPECT_DEATH(run_virtual(misuse), "a cancel_scope outlives the work in it");
}

TEST(cancel_scope_death, it_is_entered_once) {
  auto misuse = []() -> task<> {
    cancel_scope scope;
    co_await within(scope, yield_now());
    co_await within(scope, yield_now());
  };
  EXPECT_DEATH(run_virtual(misuse), "a scope is entered once");
}

}  // namespace
