// run_on: what it brings back, what cancels it, and loops that end under it.
//
// Method of the stress: visits that take no, one or a few turns of the other loop are cancelled
// after no, one or a few of this one, both drawn from a printed seed: so the cancel order is sent
// while the visit is on its way, there, or on its way back, and arrives before or after its end.
#include "pirn/exec/run_on.hpp"

#include <atomic>
#include <memory>
#include <random>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/base/random.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/other_loop_test.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

template <class Error>
task<std::string> message_of(task<> work) {
  try {
    co_await std::move(work);
  } catch (const Error& error) {
    co_return error.what();
  }
  co_return "nothing was thrown";
}

TEST(run_on, runs_a_task_on_the_other_loop_and_brings_its_result_back) {
  other_loop other;
  run([&]() -> task<> {
    const std::thread::id here = std::this_thread::get_id();
    auto add = [&](int a, int b) -> task<int> {
      EXPECT_NE(std::this_thread::get_id(), here);
      EXPECT_TRUE(other.handle().is_here());
      co_await sleep_for(1ms);
      co_return a + b;
    };
    int sum = co_await run_on(other.handle(), add, 1, 2);
    EXPECT_EQ(sum, 3);
    EXPECT_EQ(std::this_thread::get_id(), here);
  });
}

TEST(run_on, takes_plain_functions_and_moves_what_only_moves) {
  other_loop other;
  run([&]() -> task<> {
    auto more = [](std::unique_ptr<int> number) {
      ++*number;
      return number;
    };
    std::unique_ptr<int> number = co_await run_on(other.handle(), more, std::make_unique<int>(1));
    EXPECT_EQ(*number, 2);
    bool called = false;
    co_await run_on(other.handle(), [](bool* flag) { *flag = true; }, &called);
    EXPECT_TRUE(called);
  });
}

TEST(run_on, throws_what_the_task_throws) {
  other_loop other;
  run([&]() -> task<> {
    auto fail = []() -> task<> {
      co_await sleep_for(1ms);
      throw std::invalid_argument("a mistake");
    };
    std::string message = co_await message_of<std::invalid_argument>(run_on(other.handle(), fail));
    EXPECT_EQ(message, "a mistake");
  });
}

/// Tells the thread that destroys it, unless it was moved from.
struct destroyed_on {
  explicit destroyed_on(std::thread::id& told) : where(&told) {}
  destroyed_on(destroyed_on&& other) noexcept : where(std::exchange(other.where, nullptr)) {}
  ~destroyed_on() {
    if (where != nullptr) *where = std::this_thread::get_id();
  }
  std::thread::id* where;
};

TEST(run_on, what_moved_there_is_destroyed_there_before_the_waiter_goes_on) {
  other_loop other;
  run([&]() -> task<> {
    std::thread::id argument;
    auto take = [](destroyed_on) -> task<std::thread::id> {
      co_await sleep_for(1ms);
      co_return std::this_thread::get_id();
    };
    std::thread::id there = co_await run_on(other.handle(), take, destroyed_on(argument));
    EXPECT_EQ(argument, there);
  });
}

TEST(run_on, a_loop_can_be_its_own_other) {
  run([]() -> task<> {
    auto twice = [](int number) -> task<int> { co_return 2 * number; };
    int result = co_await run_on(loop_handle(loop::current()), twice, 21);
    EXPECT_EQ(result, 42);
  });
}

TEST(run_on, says_in_a_dump_what_it_waits_for) {
  other_loop other;
  run([&]() -> task<> {
    std::binary_semaphore seen(0);
    co_await with_group([&](task_group& group) -> task<> {
      auto block = [&] { seen.acquire(); };
      group.start(run_on(other.handle(), block)).set_name("caller");
      co_await yield_now();
      const std::string tree = loop::current().dump_tasks();
      EXPECT_NE(tree.find("caller"), std::string::npos) << tree;
      EXPECT_NE(tree.find("call on another loop"), std::string::npos) << tree;
      seen.release();
    });
  });
}

TEST(run_on, is_refused_on_virtual_time) {
  other_loop other;
  pirn::testing::run_virtual([&]() -> task<> {
    auto nothing = []() -> task<> { co_return; };
    const std::string expected = "run_on: a loop on virtual time is alone in its world";
    std::string there = co_await message_of<std::logic_error>(run_on(other.handle(), nothing));
    EXPECT_EQ(there, expected);
    loop_handle here(loop::current());
    std::string on_itself = co_await message_of<std::logic_error>(run_on(here, nothing));
    EXPECT_EQ(on_itself, expected);
  });
}

TEST(run_on, cancelling_the_waiter_cancels_the_task_and_waits_for_its_end) {
  other_loop other;
  run([&]() -> task<> {
    event begun_here;
    loop_handle here(loop::current());
    bool cleaned = false;
    auto clean = [&]() -> task<> {
      co_await sleep_for(1ms);
      cleaned = true;
    };
    auto work = [&]() -> task<> {
      here.post([&] { begun_here.set(); });
      co_await finally(to_task(sleep_for(1h)), clean());
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.start(run_on(other.handle(), work));
      co_await begun_here.wait();
      waiter.cancel();
      EXPECT_THROW(co_await waiter, future_cancelled);
      EXPECT_TRUE(cleaned);
    });
  });
}

TEST(run_on, a_result_in_spite_of_the_cancel_is_returned) {
  other_loop other;
  run([&]() -> task<> {
    std::binary_semaphore begun(0);
    std::binary_semaphore cancelled_meanwhile(0);
    auto work = [&] {
      begun.release();
      cancelled_meanwhile.acquire();
      return 42;
    };
    int got = 0;
    auto wait = [&]() -> task<> {
      got = co_await run_on(other.handle(), work);
      co_await yield_now();
      ADD_FAILURE() << "a wait in a cancelled task";
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn(wait);
      co_await yield_now();
      begun.acquire();
      waiter.cancel();
      cancelled_meanwhile.release();
      EXPECT_THROW(co_await waiter, future_cancelled);
    });
    EXPECT_EQ(got, 42);
  });
}

TEST(run_on, under_stress_an_order_to_cancel_meets_its_visit_anywhere) {
  constexpr int rounds = detail::sanitized ? 2000 : 20'000;
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::atomic<int> inside = 0;
  int results = 0;
  int cancels = 0;
  other_loop other;
  run([&]() -> task<> {
    random_source random(seed);
    auto stay = [&inside](std::uint64_t turns) -> task<int> {
      const struct count {
        std::atomic<int>& of;
        ~count() { --of; }
      } leaves{inside};
      ++inside;
      for (; turns > 0; --turns) co_await yield_now();
      co_return 42;
    };
    for (int round = 0; round < rounds; ++round) {
      co_await with_group([&](task_group& group) -> task<> {
        auto waiter = group.start(run_on(other.handle(), stay, random.below(4)));
        for (std::uint64_t turns = random.below(8); turns > 0; --turns) co_await yield_now();
        waiter.cancel();
        try {
          const int result = co_await waiter;
          EXPECT_EQ(result, 42);
          ++results;
        } catch (const future_cancelled&) {
          ++cancels;
        }
      });
      EXPECT_EQ(inside, 0) << "round " << round;
    }
  });
  EXPECT_EQ(results + cancels, rounds);
  EXPECT_GT(results, 0);
  EXPECT_GT(cancels, 0);
}

TEST(run_on, in_a_cancelled_scope_nothing_is_started) {
  other_loop other;
  run([&]() -> task<> {
    std::atomic<bool> started = false;
    cancel_scope scope;
    scope.cancel();
    bool ended = co_await within(scope, run_on(other.handle(), [&] { started = true; }));
    EXPECT_FALSE(ended);
    co_await run_on(other.handle(), [] {});
    EXPECT_FALSE(started);
  });
}

TEST(run_on, an_interrupt_cancels_the_task_and_is_thrown) {
  other_loop other;
  run([&]() -> task<> {
    auto forever = []() -> task<> { co_await sleep_for(1h); };
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.start(message_of<std::runtime_error>(run_on(other.handle(), forever)));
      co_await yield_now();
      waiter.interrupt(std::runtime_error("look"));
      std::string message = co_await waiter;
      EXPECT_EQ(message, "look");
    });
  });
}

TEST(run_on, on_a_loop_that_has_ended_is_an_error_that_says_so) {
  other_loop other;
  EXPECT_FALSE(other.handle().has_ended());
  other.end();
  EXPECT_TRUE(other.handle().has_ended());
  run([&]() -> task<> {
    std::string message = co_await message_of<loop_ended>(run_on(other.handle(), [] {}));
    EXPECT_EQ(message, "the loop has ended");
  });
  EXPECT_FALSE(other.handle().post([] {}));
}

TEST(run_on, a_loop_that_ends_cancels_what_others_run_on_it_and_waits_for_them) {
  other_loop other;
  run([&]() -> task<> {
    bool cleaned = false;
    auto clean = [&]() -> task<> {
      co_await sleep_for(1ms);
      cleaned = true;
    };
    auto work = [&]() -> task<> {
      other.begin_end();
      co_await finally(to_task(sleep_for(1h)), clean());
    };
    std::string message = co_await message_of<future_cancelled>(run_on(other.handle(), work));
    EXPECT_EQ(message, "the call on another loop was cancelled there");
    EXPECT_TRUE(cleaned);
  });
}

TEST(run_on, two_loops_call_each_other) {
  run({.workers = 2}, [](worker me) -> task<> {
    auto back = [](worker there, loop_handle caller) -> task<unsigned> {
      unsigned index = co_await run_on(caller, [](worker asked) { return asked.index(); }, there);
      co_return index;
    };
    for (int round = 0; round < 100; ++round) {
      const loop_handle& other = me.peer(1 - me.index());
      unsigned index = co_await run_on(other, back, me, me.peer(me.index()));
      EXPECT_EQ(index, me.index());
    }
  });
}

TEST(loop_handle, a_loop_that_can_be_reached_is_not_called_deadlocked_until_the_last_handle_goes) {
  std::binary_semaphore made(0);
  loop_handle handle;
  std::string message;
  std::jthread other([&] {
    try {
      run([&]() -> task<> {
        event never_set;
        handle = loop_handle(loop::current());
        made.release();
        co_await never_set.wait();
      });
    } catch (const deadlock_error& error) {
      message = error.what();
    }
  });
  made.acquire();
  run([&]() -> task<> {
    co_await run_on(handle, [] {});  // it waits, and can be reached
  });
  handle = loop_handle();
  other.join();
  EXPECT_NE(message.find("deadlock"), std::string::npos) << message;
}

}  // namespace
