// task: starting, results, errors, what lives how long.
#include "pirn/core/task.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using strings = std::vector<std::string>;

task<int> inner1() {
  co_return 42;
}
task<int> inner2() {
  co_await yield_now();
  co_return 1000;
}
task<int> outer() {
  int a = co_await inner1();
  int b = co_await inner2();
  co_return a + b;
}

TEST(task, awaits_others_and_returns_a_value) {
  EXPECT_EQ(run_virtual(outer), 1042);
}

TEST(task, returns_what_can_only_be_moved) {
  auto made =
      run_virtual([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); });
  EXPECT_EQ(*made, 3);
}

TEST(task, returns_what_has_no_default) {
  struct number {
    explicit number(int n) : value(n) {}
    int value;
  };
  EXPECT_EQ(run_virtual([]() -> task<number> { co_return number(7); }).value, 7);
}

TEST(task, returns_a_reference) {
  int target = 1;
  auto find = [&]() -> task<int&> { co_return target; };
  run_virtual([&]() -> task<> {
    int& found = co_await find();
    EXPECT_EQ(&found, &target);
  });
}

TEST(task, does_nothing_until_it_is_awaited) {
  strings trace;
  auto work = [&]() -> task<> {
    trace.push_back("work");
    co_return;
  };
  run_virtual([&]() -> task<> {
    task<> made = work();
    trace.push_back("made");
    co_await std::move(made);
  });
  EXPECT_EQ(trace, (strings{"made", "work"}));
}

TEST(task, runs_at_once_when_it_is_awaited_and_returns_straight) {
  strings trace;
  auto work = [&]() -> task<> {
    trace.push_back("work");
    co_return;
  };
  run_virtual([&]() -> task<> {
    trace.push_back("before");
    co_await work();
    trace.push_back("after");
  });
  EXPECT_EQ(trace, (strings{"before", "work", "after"}));
}

TEST(task, throws_what_it_let_escape_to_its_awaiter) {
  auto fails = []() -> task<int> {
    co_await yield_now();
    throw std::runtime_error("spam");
  };
  run_virtual([&]() -> task<> {
    bool caught = false;
    try {
      co_await fails();
    } catch (const std::runtime_error& error) {
      caught = std::string(error.what()) == "spam";
    }
    EXPECT_TRUE(caught);
    co_await yield_now();  // and goes on
  });
}

TEST(task, an_error_passes_through_those_that_do_not_catch_it) {
  struct raise_at_depth {
    static task<> run(int depth) {
      if (depth == 0) throw std::out_of_range("deep");
      co_await run(depth - 1);
    }
  };
  EXPECT_THROW(run_virtual([] { return raise_at_depth::run(100); }), std::out_of_range);
}

TEST(task, an_error_is_thrown_while_another_is_kept) {
  auto fails = []() -> task<> {
    co_await yield_now();
    throw std::invalid_argument("second");
  };
  run_virtual([&]() -> task<> {
    std::exception_ptr first;
    try {
      throw std::out_of_range("first");
    } catch (...) {
      first = std::current_exception();
    }
    std::exception_ptr second;
    try {
      co_await fails();
    } catch (...) {
      second = std::current_exception();
    }
    EXPECT_THROW(std::rethrow_exception(first), std::out_of_range);
    EXPECT_THROW(std::rethrow_exception(second), std::invalid_argument);
  });
}

TEST(task, the_same_exception_object_arrives) {
  static const void* thrown = nullptr;
  struct marked : std::exception {
    marked() = default;
  };
  auto fails = []() -> task<> {
    try {
      throw marked();
    } catch (const marked& error) {
      thrown = &error;
      throw;
    }
    co_return;
  };
  run_virtual([&]() -> task<> {
    try {
      co_await fails();
    } catch (const marked& error) {
      EXPECT_EQ(&error, thrown);
    }
  });
}

TEST(task, one_that_is_never_awaited_destroys_what_it_was_given) {
  auto given = std::make_shared<int>(1);
  auto work = [](std::shared_ptr<int>) -> task<> { co_return; };
  run_virtual([&]() -> task<> {
    {
      task<> made = work(given);
      EXPECT_EQ(given.use_count(), 2);
    }
    EXPECT_EQ(given.use_count(), 1);
    co_return;
  });
}

TEST(task, locals_end_before_the_awaiter_goes_on_and_arguments_with_the_task) {
  strings trace;
  struct noter {
    strings& trace;
    std::string name;
    ~noter() { trace.push_back(name); }
  };
  auto work = [&](std::unique_ptr<noter>) -> task<> {
    noter local{trace, "local"};
    co_await yield_now();
  };
  run_virtual([&]() -> task<> {
    std::unique_ptr<noter> argument(new noter{trace, "argument"});
    co_await work(std::move(argument));
    trace.push_back("after");
  });
  EXPECT_EQ(trace, (strings{"local", "argument", "after"}));
}

TEST(task, is_moved_not_copied) {
  static_assert(!std::is_copy_constructible_v<task<>>);
  static_assert(std::is_nothrow_move_constructible_v<task<>>);
  run_virtual([]() -> task<> {
    task<int> first = inner1();
    task<int> second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): a moved-from task is empty
    EXPECT_TRUE(second);
    first = std::move(second);
    int value = co_await std::move(first);
    EXPECT_EQ(value, 42);
  });
}

TEST(task, a_result_whose_move_throws_is_an_error_of_the_task) {
  struct bomb {
    bomb() = default;
    bomb(bomb&&) { throw std::runtime_error("moved"); }
  };
  auto work = []() -> task<bomb> { co_return bomb(); };
  run_virtual([&]() -> task<> {
    std::string message;
    try {
      static_cast<void>(co_await work());
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "moved");
  });
}

TEST(task, a_destructor_that_throws_after_co_return_is_an_error_of_the_task) {
  struct bomb {
    ~bomb() noexcept(false) { throw std::runtime_error("destroyed"); }
  };
  auto work = []() -> task<int> {
    bomb local;
    co_return 1;
  };
  run_virtual([&]() -> task<> {
    std::string message;
    try {
      static_cast<void>(co_await work());
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "destroyed");
  });
}

TEST(task, recursion_is_as_deep_as_memory) {
  struct counting {
    static task<int> down(int depth) {
      if (depth == 0) {
        co_await yield_now();
        co_return 0;
      }
      int below = co_await down(depth - 1);
      co_return below + 1;
    }
  };
  EXPECT_EQ(run_virtual([] { return counting::down(100'000); }), 100'000);
}

TEST(task, an_error_crosses_a_deep_recursion) {
  struct raising {
    static task<> down(int depth) {
      if (depth == 0) {
        co_await yield_now();
        throw std::out_of_range("deep");
      }
      co_await down(depth - 1);
    }
  };
  EXPECT_THROW(run_virtual([] { return raising::down(10'000); }), std::out_of_range);
}

TEST(task, a_loop_of_awaits_that_return_at_once_does_not_grow_the_stack) {
  auto loop = []() -> task<int> {
    int sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await inner1() - 41;
    co_return sum;
  };
  EXPECT_EQ(run_virtual(loop), 1'000'000);
}

TEST(task_death, one_is_awaited_once) {
  auto twice = []() -> task<> {
    task<int> made = inner1();
    static_cast<void>(co_await std::move(made));
    static_cast<void>(co_await std::move(made));  // NOLINT(bugprone-use-after-move)
  };
  EXPECT_DEATH(run_virtual(twice), "a task is awaited once");
}

}  // namespace
