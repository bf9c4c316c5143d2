// async_exit_stack: order, errors, both kinds of managers.
#include "pirn/core/async_exit_stack.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/exit_stack.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using numbers = std::vector<int>;
using strings = std::vector<std::string>;

task<> fail_with(std::string text) {
  co_await yield_now();
  throw std::runtime_error(text);
}

std::string text_of(const std::exception_ptr& error) {
  if (error == nullptr) return "none";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "unknown";
  }
}

// What comes out of a stack that `fill` fills and whose body then throws "body".
template <class Fill>
std::string error_after(Fill fill) {
  std::string text = "none";
  run_virtual([&]() -> task<> {
    try {
      auto body = [&](async_exit_stack& stack) -> task<> {
        fill(stack);
        co_await fail_with("body");
      };
      co_await async_with(async_exit_stack(), body);
    } catch (...) {
      text = text_of(std::current_exception());
    }
  });
  return text;
}

TEST(async_exit_stack, callbacks_run_last_in_first_out_with_their_arguments) {
  numbers trace;
  auto note = [&](int first, int second) -> task<> {
    co_await sleep_for(1s);
    trace.push_back(10 * first + second);
  };
  run_virtual([&]() -> task<> {
    co_await async_with(async_exit_stack(), [&](async_exit_stack& stack) {
      stack.callback(note, 1, 2);
      stack.callback([&] { trace.push_back(3); });  // a plain one
      stack.callback(note, 4, 5);
      EXPECT_FALSE(stack.empty());
    });
    EXPECT_EQ(now(), time_point(2s));
  });
  EXPECT_EQ(trace, (numbers{45, 3, 12}));
}

TEST(async_exit_stack, callbacks_run_when_the_body_fails) {
  numbers trace;
  std::string error = error_after([&](async_exit_stack& stack) {
    stack.callback([&]() -> task<> {
      co_await yield_now();
      trace.push_back(1);
    });
  });
  EXPECT_EQ(error, "body");
  EXPECT_EQ(trace, (numbers{1}));
}

TEST(async_exit_stack, exits_see_the_error_and_may_swallow_it) {
  strings seen;
  auto note = [&](const char* name) {
    return [&seen, name](const std::exception_ptr& error) -> task<> {
      co_await yield_now();
      seen.push_back(std::string(name) + " " + text_of(error));
    };
  };
  std::string error = error_after([&](async_exit_stack& stack) {
    stack.push(note("first"));
    stack.push([](const std::exception_ptr&) -> task<bool> {
      co_await yield_now();
      co_return true;
    });
    stack.push(note("third"));
    stack.push([&](const std::exception_ptr& met) { seen.push_back("plain " + text_of(met)); });
  });
  EXPECT_EQ(error, "none");
  EXPECT_EQ(seen, (strings{"plain body", "third body", "first none"}));
}

TEST(async_exit_stack, an_error_of_an_exit_takes_the_place_of_the_one_before) {
  strings seen;
  std::string error = error_after([&](async_exit_stack& stack) {
    stack.callback(fail_with, "last");
    stack.push([&](const std::exception_ptr& met) { seen.push_back(text_of(met)); });
    stack.callback(fail_with, "first");
  });
  EXPECT_EQ(error, "last");
  EXPECT_EQ(seen, (strings{"first"}));
}

TEST(async_exit_stack, an_error_that_was_swallowed_does_not_come_back) {
  strings seen;
  std::string error = error_after([&](async_exit_stack& stack) {
    stack.callback(fail_with, "index");
    stack.push([&](const std::exception_ptr& met) -> task<bool> {
      seen.push_back(text_of(met));
      co_return true;
    });
    stack.callback(fail_with, "value");
  });
  EXPECT_EQ(error, "index");
  EXPECT_EQ(seen, (strings{"value"}));
}

struct traced_manager {
  numbers& trace;
  task<int> enter() {
    co_await yield_now();
    trace.push_back(1);
    co_return 42;
  }
  task<> exit(std::exception_ptr) {
    co_await yield_now();
    trace.push_back(3);
  }
};

TEST(async_exit_stack, enters_managers_and_leaves_them_with_itself) {
  numbers trace;
  run_virtual([&]() -> task<> {
    co_await async_with(async_exit_stack(), [&](async_exit_stack& stack) -> task<> {
      stack.callback([&] { trace.push_back(4); });
      int entered = co_await stack.enter_context(traced_manager{trace});
      EXPECT_EQ(entered, 42);
      trace.push_back(2);
    });
  });
  EXPECT_EQ(trace, (numbers{1, 2, 3, 4}));
}

TEST(async_exit_stack, enters_plain_managers) {
  numbers trace;
  run_virtual([&]() -> task<> {
    co_await async_with(async_exit_stack(), [&](async_exit_stack& stack) -> task<> {
      int value = 5;
      int& entered = co_await stack.enter_context(nullcontext(value));
      EXPECT_EQ(&entered, &value);
      co_await stack.enter_context(suppress<std::runtime_error>());
      exit_stack& inner = co_await stack.enter_context(exit_stack());
      inner.callback([&] { trace.push_back(7); });
      co_await fail_with("swallowed");
    });
  });
  EXPECT_EQ(trace, (numbers{7}));
}

TEST(async_exit_stack, a_borrowed_manager_is_left_where_it_is) {
  numbers trace;
  run_virtual([&]() -> task<> {
    traced_manager borrowed{trace};
    async_exit_stack stack;
    static_cast<void>(co_await stack.enter_context(borrowed));
    stack.push(borrowed);  // entered elsewhere
    co_await stack.close();
  });
  EXPECT_EQ(trace, (numbers{1, 3, 3}));
}

TEST(async_exit_stack, a_manager_that_cannot_be_entered_is_not_left) {
  struct failing {
    task<> enter() { return fail_with("enter"); }
    task<> exit(std::exception_ptr) { return fail_with("exit"); }
  };
  run_virtual([&]() -> task<> {
    async_exit_stack stack;
    std::string error;
    try {
      co_await stack.enter_context(failing());
    } catch (const std::runtime_error& met) {
      error = met.what();
    }
    EXPECT_EQ(error, "enter");
    EXPECT_TRUE(stack.empty());
  });
}

TEST(async_exit_stack, what_is_moved_out_is_left_later) {
  numbers trace;
  run_virtual([&]() -> task<> {
    async_exit_stack kept;
    co_await async_with(async_exit_stack(), [&](async_exit_stack& stack) {
      stack.callback([&] { trace.push_back(1); });
      async_exit_stack moved = stack.pop_all();
      moved.callback([&] { trace.push_back(2); });
      kept.push([moved = std::make_shared<async_exit_stack>(std::move(moved))](
                    const std::exception_ptr& error) { return moved->exit(error); });
    });
    EXPECT_TRUE(trace.empty());
    co_await kept.close();
  });
  EXPECT_EQ(trace, (numbers{2, 1}));
}

TEST(async_exit_stack, closing_is_out_of_reach_of_cancellation) {
  numbers trace;
  run_virtual([&]() -> task<> {
    async_exit_stack stack;
    stack.callback([&]() -> task<> {
      co_await sleep_for(1s);
      trace.push_back(1);
    });
    cancel_scope scope;
    scope.cancel();
    co_await within(scope, stack.close());
  });
  EXPECT_EQ(trace, (numbers{1}));
}

TEST(async_exit_stack, a_stack_in_a_generator_context_passes_the_error_through) {
  auto outer = async_context_manager([]() -> async_generator<async_exit_stack*> {
    async_exit_stack stack;
    std::exception_ptr error;
    stack.callback(yield_now);
    try {
      co_yield &stack;
    } catch (...) {
      error = std::current_exception();
    }
    bool swallowed = co_await stack.exit(error);
    if (error && !swallowed) std::rethrow_exception(error);
  });
  run_virtual([&]() -> task<> {
    std::string error;
    try {
      co_await async_with(outer(), [](async_exit_stack* stack) -> task<> {
        EXPECT_FALSE(stack->empty());
        co_await fail_with("index");
      });
    } catch (const std::runtime_error& met) {
      error = met.what();
    }
    EXPECT_EQ(error, "index");
  });
}

TEST(async_exit_stack_death, is_left_before_its_end) {
  auto misuse = []() -> task<> {
    async_exit_stack stack;
    stack.callback([] {});
    co_return;
  };
  EXPECT_DEATH(run_virtual(misuse), "is left by async_with or close");
}

}  // namespace
