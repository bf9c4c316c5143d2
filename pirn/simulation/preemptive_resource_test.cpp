// preemptive_resource: who takes a place from whom, by SimPy's rules.
#include "pirn/simulation/preemptive_resource.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/simulation/simulated_test.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using des::journal;
using pirn::testing::cancel_each_await;
using pirn::testing::cancel_target;
using pirn::testing::cancelled_run;
using pirn::testing::run_virtual;
using std::chrono::seconds;

class des_preemptive_resource : public des::simulated {
 protected:
  /// The user of the chapter on preemption in SimPy's documentation.
  task<> user(des::preemptive_resource& machine, std::string name,
              des::preemptive_request_options options, seconds work = 3s) {
    note(name + " requests");
    try {
      auto grant = co_await machine.request(options);
      note(name + " has it");
      co_await sleep_for(work);
      note(name + " is done");
    } catch (const des::preempted&) {
      note(name + " is preempted");
    }
  }
};

TEST_F(des_preemptive_resource, a_more_important_request_takes_the_place) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&] { return user(machine, "a", {.priority = 0}); });
    co_await sleep_for(1s);
    group.spawn([&] { return user(machine, "b", {.priority = -1}); });
  });
  EXPECT_EQ(seen, (journal{"0 a requests", "0 a has it", "1 b requests", "1 b has it",
                           "1 a is preempted", "4 b is done"}));
  EXPECT_EQ(machine.count(), 0u);
}

// The example of SimPy's documentation: b comes before c and does not preempt a, so c must wait,
// although it would.
TEST_F(des_preemptive_resource, who_does_not_preempt_holds_up_those_behind_it) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&] { return user(machine, "a", {.priority = 0}); });
    co_await sleep_for(1s);
    group.spawn([&] { return user(machine, "b", {.priority = -2, .preempt = false}); });
    group.spawn([&] { return user(machine, "c", {.priority = -1}); });
  });
  EXPECT_EQ(seen,
            (journal{"0 a requests", "0 a has it", "1 b requests", "1 c requests", "3 a is done",
                     "3 b has it", "6 b is done", "6 c has it", "9 c is done"}));
}

TEST_F(des_preemptive_resource, whoever_stands_behind_one_that_leaves_moves_up) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&] { return user(machine, "a", {.priority = 0}, 9s); });
    co_await sleep_for(1s);
    group.spawn([&]() -> task<> {
      co_await select(machine.request({.priority = -2, .preempt = false}), sleep_for(1s));
      note("b is gone");
    });
    group.spawn([&] { return user(machine, "c", {.priority = -1}); });
  });
  EXPECT_EQ(seen, (journal{"0 a requests", "0 a has it", "1 c requests", "2 a is preempted",
                           "2 c has it", "2 b is gone", "5 c is done"}));
}

TEST_F(des_preemptive_resource, equals_do_not_preempt_each_other) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&] { return user(machine, "a", {.priority = 1}); });
    group.spawn([&] { return user(machine, "b", {.priority = 1}); });
    co_return;
  });
  EXPECT_EQ(seen, (journal{"0 a requests", "0 a has it", "0 b requests", "3 a is done",
                           "3 b has it", "6 b is done"}));
}

TEST_F(des_preemptive_resource, of_equal_requests_of_one_moment_those_that_preempt_come_first) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&] { return user(machine, "a", {.priority = 0}, 1s); });
    group.spawn([&] { return user(machine, "b", {.priority = 1, .preempt = false}, 1s); });
    group.spawn([&] { return user(machine, "c", {.priority = 1}, 1s); });
    co_await yield_now();
    seen.clear();
  });
  EXPECT_EQ(seen,
            (journal{"1 a is done", "1 c has it", "2 c is done", "2 b has it", "3 b is done"}));
}

TEST_F(des_preemptive_resource, the_least_important_user_loses_and_of_equals_the_latest) {
  des::preemptive_resource machines(3);
  simulate([&](task_group& group) -> task<> {
    group.spawn([&] { return user(machines, "a", {.priority = 1}, 9s); });
    group.spawn([&] { return user(machines, "b", {.priority = 2}, 9s); });
    co_await sleep_for(1s);
    group.spawn([&] { return user(machines, "c", {.priority = 2}, 9s); });
    co_await sleep_for(1s);
    seen.clear();
    group.spawn([&] { return user(machines, "d", {.priority = 0}, 1s); });
    co_await sleep_for(500ms);
    group.spawn([&] { return user(machines, "e", {.priority = 0}, 1s); });
    co_await sleep_for(100ms);
    EXPECT_EQ(seen, (journal{"2 d requests", "2 d has it", "2 c is preempted", "2 e requests",
                             "2 e has it", "2 b is preempted"}));
  });
}

TEST_F(des_preemptive_resource, the_victim_learns_by_whom_and_since_when) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    child<> taker;
    auto victim = group.spawn([&]() -> task<> {
      co_await sleep_for(2s);
      auto grant = co_await machine.request({.priority = 5});
      try {
        co_await sleep_for(1h);
      } catch (const des::preempted& news) {
        EXPECT_EQ(news.by_name(), "urgent");
        EXPECT_EQ(news.by_id(), taker.id());
        EXPECT_EQ(news.usage_since().time_since_epoch(), 2s);
        EXPECT_EQ(news.resource(), &machine);
        EXPECT_STREQ(news.what(), "preempted by task urgent");
      }
      EXPECT_EQ(now().time_since_epoch(), 3s);
      EXPECT_FALSE(grant.is_held());
      grant.release();  // does nothing: the other one keeps the place
      EXPECT_EQ(machine.count(), 1u);
      co_await sleep_for(1s);  // once told, it goes on
    });
    co_await sleep_for(3s);
    taker = group.spawn([&]() -> task<> {
      auto grant = co_await machine.request({.priority = 0});
      co_await sleep_for(5s);
      EXPECT_TRUE(grant.is_held());
    });
    taker.set_name("urgent");
    co_await victim;
    co_await taker;
  });
}

TEST_F(des_preemptive_resource, the_interrupt_goes_ahead_of_what_is_due) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&] { return user(machine, "victim", {.priority = 1}, 1h); });
    co_await sleep_for(1s);
    group.spawn([&] { return user(machine, "taker", {.priority = 0}, 1s); });
    group.spawn([&] { note("due"); });
    co_await yield_now();
  });
  EXPECT_EQ(seen, (journal{"0 victim requests", "0 victim has it", "1 taker requests",
                           "1 taker has it", "1 victim is preempted", "1 due", "2 taker is done"}));
}

// A machine that breaks down while a part is made: the classic use.
TEST_F(des_preemptive_resource, work_that_was_preempted_can_be_resumed) {
  des::preemptive_resource machine;
  time_point finished{};
  simulate([&](task_group& group) -> task<> {
    group.spawn([&]() -> task<> {
      duration left = 10s;
      while (left > 0s) {
        const time_point asked = now();
        time_point start = asked;
        try {
          auto grant = co_await machine.request({.priority = 1});
          start = now();
          co_await sleep_for(left);
          left = 0s;
        } catch (const des::preempted&) {
          left -= now() - start;
        }
      }
      finished = now();
    });
    for (duration breakdown : {3s, 5s}) {
      co_await sleep_for(breakdown);
      auto repair = co_await machine.request({.priority = 0});
      co_await sleep_for(2s);
    }
  });
  EXPECT_EQ(finished.time_since_epoch(), 14s);
}

TEST_F(des_preemptive_resource, a_place_that_is_lost_before_its_task_goes_on_is_not_given) {
  des::preemptive_resource machine;
  bool told = false;
  simulate([&](task_group& group) -> task<> {
    std::optional first(co_await machine.request({.priority = 0}));
    group.spawn([&]() -> task<> {
      try {
        auto grant = co_await machine.request({.priority = 5});
        ADD_FAILURE() << "the place is someone else's";
      } catch (const des::preempted&) {
        told = true;
      }
      co_await yield_now();
    });
    co_await yield_now();
    first.reset();                                          // granted to the waiter,
    auto mine = co_await machine.request({.priority = 1});  // and taken from it
    EXPECT_TRUE(mine.is_held());
    co_await sleep_for(1s);
  });
  EXPECT_TRUE(told);
}

TEST_F(des_preemptive_resource, who_ends_in_the_moment_of_the_preemption_is_not_told_later) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&]() -> task<> {
      co_await sleep_for(2s);  // due first in that moment
      auto grant = co_await machine.request({.priority = 0});
      co_await sleep_for(1s);
    });
    auto victim = group.spawn([&]() -> task<> {
      try {
        auto grant = co_await machine.request({.priority = 1});
        co_await sleep_for(2s);
      } catch (const des::preempted&) {  // so it may be told, too
      }
      co_await sleep_for(5s);
    });
    co_await victim;
    EXPECT_EQ(now().time_since_epoch(), 7s);
  });
}

TEST_F(des_preemptive_resource, a_task_that_only_has_to_go_on_is_told_by_its_next_wait) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&]() -> task<> {
      co_await sleep_for(2s);  // due first in that moment
      auto grant = co_await machine.request({.priority = 0});
      note("taken");
    });
    group.spawn([&]() -> task<> {
      auto grant = co_await machine.request({.priority = 1});
      co_await sleep_for(2s);
      note(grant.is_held() ? "held" : "lost");
      EXPECT_THROW(co_await sleep_for(1h), des::preempted);
      note("told");
    });
    co_return;
  });
  EXPECT_EQ(seen, (journal{"2 taken", "2 lost", "2 told"}));
}

TEST_F(des_preemptive_resource, another_interrupt_is_not_lost_with_a_lost_place) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    auto victim = group.spawn([&]() -> task<> {
      {
        auto grant = co_await machine.request({.priority = 1});
        co_await yield_now();
      }
      EXPECT_THROW(co_await yield_now(), std::logic_error);
    });
    co_await yield_now();
    auto grant = co_await machine.request({.priority = 0});
    victim.interrupt(std::logic_error("another"));  // in the place of the news
    co_await victim;
  });
}

TEST_F(des_preemptive_resource, a_task_does_not_preempt_itself) {
  run_virtual([]() -> task<> {
    des::preemptive_resource machine;
    auto grant = co_await machine.request({.priority = 1});
    auto second = co_await select(machine.request({.priority = 0}), sleep_for(1s));
    EXPECT_EQ(second.index(), 1u);
    EXPECT_TRUE(grant.is_held());
  });
}

TEST_F(des_preemptive_resource, a_change_of_capacity_preempts_nobody) {
  des::preemptive_resource machines(2);
  simulate([&](task_group& group) -> task<> {
    group.spawn([&] { return user(machines, "a", {.priority = 1}, 4s); });
    group.spawn([&] { return user(machines, "b", {.priority = 1}, 2s); });
    co_await sleep_for(1s);
    machines.set_capacity(1);
    EXPECT_EQ(machines.count(), 2u);
    seen.clear();
    // It would gain no place by preempting one of two, where only one place is left.
    group.spawn([&] { return user(machines, "c", {.priority = 2}, 1s); });
    group.spawn([&] { return user(machines, "d", {.priority = 0}, 1s); });
    co_await sleep_for(500ms);
    EXPECT_EQ(machines.queue_length(), 2u);
    co_await sleep_for(600ms);
    machines.set_capacity(2);
  });
  EXPECT_EQ(seen, (journal{"1 c requests", "1 d requests", "2 b is done", "2 a is preempted",
                           "2 d has it", "2 c has it", "3 d is done", "3 c is done"}));
}

TEST_F(des_preemptive_resource, a_task_that_waits_for_it_says_who_has_it) {
  des::preemptive_resource machine;
  simulate([&](task_group& group) -> task<> {
    auto grant = co_await machine.request();
    auto waiter =
        group.spawn([&]() -> task<> { auto grant = co_await machine.request({.priority = 1}); });
    co_await yield_now();
    task_record& me = co_await this_task_record{};
    EXPECT_EQ(waiter.record().waiting()->holder(), &me);
    EXPECT_EQ(waiter.record().waiting()->describe(), "one of 1 of preemptive resource");
    waiter.cancel();
  });
}

TEST_F(des_preemptive_resource, cancelled_anywhere_loses_no_place) {
  auto program = []() -> task<> {
    des::preemptive_resource machines(2);
    auto worker = [&](int priority) -> task<> {
      for (int round = 0; round < 2; ++round) {
        try {
          auto grant = co_await machines.request({.priority = priority, .preempt = priority != 2});
          co_await sleep_for(1s);
        } catch (const des::preempted&) {
        }
      }
      co_await select(machines.request({.priority = -priority}), sleep_for(1500ms));
    };
    try {
      co_await with_group([&](task_group& group) -> task<> {
        for (int priority = 5; priority > 0; --priority) {
          group.spawn(worker, priority);
          co_await sleep_for(300ms);
        }
      });
    } catch (...) {
      EXPECT_EQ(machines.count(), 0u);
      throw;
    }
    EXPECT_EQ(machines.count(), 0u);
    EXPECT_EQ(machines.queue_length(), 0u);
  };
  // The last request of a worker may be preempted at its end.
  auto check = [](const cancelled_run& run) {
    if (!run.error) return;
    EXPECT_THROW(std::rethrow_exception(run.error), exception_group) << run.describe();
  };
  EXPECT_GT(cancel_each_await(program, check), 10u);
  EXPECT_GT(cancel_each_await(program, check, {.target = cancel_target::suspended_task}), 10u);
  EXPECT_GT(
      cancel_each_await(program, check,
                        {.target = cancel_target::suspended_task, .seed = 7, .shuffle = true}),
      10u);
}

}  // namespace
