// task_record: names, states, interrupts of a running task.
#include "pirn/core/task_record.hpp"

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

using strings = std::vector<std::string>;

task<> nap(duration length) {
  co_await sleep_for(length);
}

TEST(task_record, knows_its_loop_and_is_its_current_task_while_it_runs) {
  run_virtual([]() -> task<> {
    task_record& me = co_await this_task_record{};
    EXPECT_EQ(&me.home(), &loop::current());
    EXPECT_EQ(loop::current().current_task(), &me);
    co_await sleep_for(1s);
    EXPECT_EQ(loop::current().current_task(), &me);
    EXPECT_FALSE(me.has_ended());
    EXPECT_EQ(me.waiting(), nullptr);
  });
}

TEST(task_record, interleaved_tasks_each_see_themselves) {
  run_virtual([]() -> task<> {
    completion<> first, second;
    auto one = [&]() -> task<> {
      task_record& me = co_await this_task_record{};
      co_await first.wait();
      EXPECT_EQ(loop::current().current_task(), &me);
      second.set_value();
    };
    auto two = [&]() -> task<> {
      task_record& me = co_await this_task_record{};
      first.set_value();
      co_await second.wait();
      EXPECT_EQ(loop::current().current_task(), &me);
    };
    co_await with_group([&](task_group& group) {
      group.spawn(one);
      group.spawn(two);
    });
  });
}

TEST(task_record, a_callee_belongs_to_its_callers_task) {
  run_virtual([]() -> task<> {
    task_record& me = co_await this_task_record{};
    auto callee = []() -> task<task_record*> {
      co_await yield_now();
      task_record& record = co_await this_task_record{};
      co_return &record;
    };
    task_record* same = co_await callee();
    EXPECT_EQ(same, &me);
  });
}

TEST(task_record, is_named_after_the_programs_coroutine_around_which_the_library_put_its_own) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      std::vector<child<>> children;
      children.push_back(group.spawn(nap, 1s));
      children.push_back(group.start(timeout(5s, nap(1s))));
      children.push_back(group.start(shield(nap(1s))));
      children.push_back(group.spawn([](const duration& length) { return nap(length); }, 1s));
      co_await yield_now();
      for (const child<>& each : children) EXPECT_EQ(each.name(), "nap");
      co_await sleep_for(2s);
    });
  });
}

TEST(task_record, a_name_is_copied) {
  run_virtual([]() -> task<> {
    task_record& me = co_await this_task_record{};
    std::string name = "reader of connection 4";
    me.set_name(name);
    name = "gone";
    EXPECT_EQ(me.name(), "reader of connection 4");
  });
}

// How the waits of `count` sleeps of 1 s ended.
task<> traced_sleeps(int count, strings& trace) {
  for (int i = 0; i < count; ++i) {
    try {
      co_await sleep_for(1s);
      trace.push_back("slept");
    } catch (const std::runtime_error& error) {
      trace.push_back(error.what());
    }
  }
}

TEST(interrupt, throws_into_the_present_wait_and_only_there) {
  strings trace;
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      auto sleeping = group.spawn(traced_sleeps, 3, std::ref(trace));
      co_await sleep_for(1500ms);
      sleeping.interrupt(std::runtime_error("hello"));
      co_await sleep_for(500ms);
      EXPECT_EQ(trace, (strings{"slept", "hello"}));
    });
    EXPECT_EQ(now(), time_point(2500ms));
  });
  EXPECT_EQ(trace, (strings{"slept", "hello", "slept"}));
}

TEST(interrupt, of_a_task_that_has_not_begun_hits_its_first_wait) {
  strings trace;
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) {
      group.spawn(traced_sleeps, 2, std::ref(trace)).interrupt(std::runtime_error("early"));
    });
  });
  EXPECT_EQ(trace, (strings{"early", "slept"}));
}

TEST(interrupt, of_the_running_task_hits_its_next_wait) {
  run_virtual([]() -> task<> {
    task_record& me = co_await this_task_record{};
    me.interrupt(std::make_exception_ptr(std::runtime_error("mine")));
    EXPECT_TRUE(me.must_stop());
    std::string message;
    try {
      co_await yield_now();
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "mine");
    EXPECT_FALSE(me.must_stop());
    co_await yield_now();
  });
}

TEST(interrupt, goes_ahead_of_what_is_ready) {
  strings trace;
  run_virtual([&]() -> task<> {
    child<> sleeping;
    auto note = [&](const char* text) { trace.push_back(text); };
    co_await with_group([&](task_group& group) -> task<> {
      sleeping = group.spawn(traced_sleeps, 1, std::ref(trace));
      co_await yield_now();
      group.spawn(note, "before");
      group.spawn([&] {
        trace.push_back("interrupting");
        sleeping.interrupt(std::runtime_error("urgent"));
      });
      group.spawn(note, "after");
    });
  });
  EXPECT_EQ(trace, (strings{"before", "interrupting", "urgent", "after"}));
}

TEST(interrupt, of_a_task_that_has_its_result_hits_the_next_wait) {
  strings trace;
  run_virtual([&]() -> task<> {
    completion<> there;
    auto waits = [&]() -> task<> {
      co_await there.wait();
      trace.push_back("result");
      co_await traced_sleeps(1, trace);
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto waiting = group.spawn(waits);
      co_await yield_now();
      there.set_value();
      waiting.interrupt(std::runtime_error("late"));
    });
  });
  EXPECT_EQ(trace, (strings{"result", "late"}));
}

TEST(interrupt, reaches_into_a_shield) {
  strings trace;
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      auto shielded = group.spawn([&]() -> task<> { co_await shield(traced_sleeps(1, trace)); });
      co_await yield_now();
      shielded.interrupt(std::runtime_error("through"));
    });
  });
  EXPECT_EQ(trace, (strings{"through"}));
}

TEST(interrupt, waits_until_a_group_is_joined) {
  run_virtual([]() -> task<> {
    std::string message;
    auto owner = [&]() -> task<> {
      co_await with_group([](task_group& group) { group.spawn(nap, 5s); });
      EXPECT_EQ(now(), time_point(5s));
      try {
        co_await yield_now();
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto joining = group.spawn(owner);
      co_await sleep_for(1s);
      joining.interrupt(std::runtime_error("kept"));
    });
    EXPECT_EQ(message, "kept");
  });
}

TEST(interrupt, of_a_task_that_has_ended_does_nothing) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto quick = group.spawn(nap, 0s);
      co_await quick;
      quick.interrupt(std::runtime_error("too late"));
      EXPECT_FALSE(quick.has_failed());
    });
  });
}

TEST(interrupt, that_is_not_caught_fails_the_task) {
  run_virtual([]() -> task<> {
    std::string message;
    try {
      co_await with_group([](task_group& group) -> task<> {
        auto sleeping = group.spawn(nap, 5s);
        co_await yield_now();
        sleeping.interrupt(std::runtime_error("fatal"));
      });
    } catch (const exception_group& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "1 task failed: fatal");
    EXPECT_EQ(now(), time_point());
  });
}

}  // namespace
