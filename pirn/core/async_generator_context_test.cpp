// async_generator_context: managers made of an async generator with one co_yield; as decorators.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/async_context.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using numbers = std::vector<int>;

task<> fail_with(std::string text) {
  co_await yield_now();
  throw std::runtime_error(text);
}

template <class Work>
task<std::string> error_of(Work work) {
  try {
    co_await std::move(work);
  } catch (const std::exception& error) {
    co_return error.what();
  }
  co_return "";
}

TEST(async_context_manager, what_stands_before_the_co_yield_enters_what_stands_after_exits) {
  numbers trace;
  auto woohoo = async_context_manager([&trace]() -> async_generator<int> {
    trace.push_back(1);
    co_await sleep_for(1s);
    co_yield 42;
    co_await sleep_for(1s);
    trace.push_back(999);
  });
  run_virtual([&]() -> task<> {
    co_await async_with(woohoo(), [&](int entered) -> task<> {
      EXPECT_EQ(trace, (numbers{1}));
      trace.push_back(entered);
      co_await yield_now();
    });
    EXPECT_EQ(now(), time_point(2s));
  });
  EXPECT_EQ(trace, (numbers{1, 42, 999}));
}

TEST(async_context_manager, an_error_is_raised_at_the_co_yield_and_may_pass) {
  numbers trace;
  auto woohoo = async_context_manager([&trace]() -> async_generator<int> {
    trace.push_back(1);
    std::exception_ptr error;
    try {
      co_yield 42;
    } catch (...) {
      error = std::current_exception();
    }
    co_await sleep_for(1s);  // clean-up that waits
    trace.push_back(999);
    if (error) std::rethrow_exception(error);
  });
  run_virtual([&]() -> task<> {
    auto body = [&](int entered) -> task<> {
      trace.push_back(entered);
      co_await fail_with("spam");
    };
    std::string error = co_await error_of(async_with(woohoo(), body));
    EXPECT_EQ(error, "spam");
  });
  EXPECT_EQ(trace, (numbers{1, 42, 999}));
}

TEST(async_context_manager, one_that_does_not_catch_lets_the_same_error_pass) {
  auto plain = async_context_manager([]() -> async_generator<nothing_t> { co_yield nothing; });
  run_virtual([&]() -> task<> {
    const void* thrown = nullptr;
    const void* caught = nullptr;
    try {
      co_await async_with(plain(), [&]() -> task<> {
        co_await yield_now();
        try {
          throw std::out_of_range("spam");
        } catch (const std::out_of_range& error) {
          thrown = &error;
          throw;
        }
      });
    } catch (const std::out_of_range& error) {
      caught = &error;
    }
    EXPECT_EQ(caught, thrown);
    EXPECT_NE(caught, nullptr);
  });
}

TEST(async_context_manager, one_that_catches_and_returns_swallows_the_error) {
  numbers trace;
  auto woohoo = async_context_manager([&trace]() -> async_generator<int> {
    trace.push_back(1);
    try {
      co_yield 42;
    } catch (int error) {
      trace.push_back(error);
    }
  });
  run_virtual([&]() -> task<> {
    co_await async_with(woohoo(), [&](int entered) -> task<> {
      trace.push_back(entered);
      co_await yield_now();
      throw 999;
    });
  });
  EXPECT_EQ(trace, (numbers{1, 42, 999}));
}

TEST(async_context_manager, may_throw_another_error_instead) {
  auto wrapping = async_context_manager([]() -> async_generator<nothing_t> {
    std::string text;
    try {
      co_yield nothing;
    } catch (const std::runtime_error& error) {
      text = error.what();
    }
    if (!text.empty()) throw std::logic_error("caught " + text);
  });
  run_virtual([&]() -> task<> {
    std::string error = co_await error_of(async_with(wrapping(), [] { return fail_with("spam"); }));
    EXPECT_EQ(error, "caught spam");
  });
}

TEST(async_context_manager, leaving_it_by_hand_without_an_error_is_quiet) {
  auto plain = async_context_manager([]() -> async_generator<nothing_t> { co_yield nothing; });
  run_virtual([&]() -> task<> {
    auto manager = plain();
    co_await manager.enter();
    bool swallowed = co_await manager.exit(std::make_exception_ptr(std::runtime_error("foo")));
    EXPECT_FALSE(swallowed);
  });
}

TEST(async_context_manager, one_that_does_not_yield_is_an_error) {
  auto lazy = async_context_manager([]() -> async_generator<nothing_t> { co_await yield_now(); });
  run_virtual([&]() -> task<> {
    bool thrown = false;
    try {
      co_await async_with(lazy(), [] { ADD_FAILURE() << "the body runs"; });
    } catch (const generator_context_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  });
}

TEST(async_context_manager, one_that_yields_twice_is_an_error) {
  auto twice = async_context_manager([]() -> async_generator<nothing_t> {
    co_yield nothing;
    co_yield nothing;
  });
  auto again_after_error = async_context_manager([]() -> async_generator<nothing_t> {
    bool failed = false;
    try {
      co_yield nothing;
    } catch (...) {
      failed = true;
    }
    if (failed) co_yield nothing;
  });
  run_virtual([&]() -> task<> {
    int thrown = 0;
    try {
      co_await async_with(twice(), [] {});
    } catch (const generator_context_error&) {
      ++thrown;
    }
    try {
      co_await async_with(again_after_error(), [] { return fail_with("spam"); });
    } catch (const generator_context_error&) {
      ++thrown;
    }
    EXPECT_EQ(thrown, 2);
  });
}

TEST(async_context_manager, takes_arguments) {
  auto open = async_context_manager([](int self, std::string name) -> async_generator<std::string> {
    co_yield name + std::to_string(self);
  });
  run_virtual([&]() -> task<> {
    auto entered = co_await async_with(open(11, "x"), [](std::string& text) { return text; });
    EXPECT_EQ(entered, "x11");
  });
}

TEST(async_context_manager, a_generator_over_another_passes_errors_on) {
  auto outer = async_context_manager([]() -> async_generator<nothing_t> { co_yield nothing; });
  numbers seen;
  run_virtual([&]() -> task<> {
    auto body = [&]() -> task<> {
      auto values = []() -> async_generator<int> { co_yield 11; };
      async_generator<int> generator = values();
      std::optional<int> value = co_await generator.next();
      seen.push_back(*value);
      co_await fail_with("22");
    };
    std::string error = co_await error_of(async_with(outer(), body));
    EXPECT_EQ(error, "22");
  });
  EXPECT_EQ(seen, (numbers{11}));
}

TEST(async_context_manager, the_way_out_waits_though_the_task_is_cancelled) {
  bool left = false;
  auto careful = async_context_manager([&left]() -> async_generator<nothing_t> {
    std::exception_ptr error;
    try {
      co_yield nothing;
    } catch (...) {
      error = std::current_exception();
    }
    co_await sleep_for(3s);
    left = true;
    if (error) std::rethrow_exception(error);
  });
  run_virtual([&]() -> task<> {
    auto body = []() -> task<> { co_await sleep_for(10s); };
    bool finished = co_await move_on_after(1s, async_with(careful(), body));
    EXPECT_FALSE(finished);
    EXPECT_EQ(now(), time_point(4s));
  });
  EXPECT_TRUE(left);
}

TEST(async_decorated, every_call_happens_inside_the_manager) {
  bool entered = false;
  auto context = async_context_manager([&entered]() -> async_generator<nothing_t> {
    entered = true;
    co_yield nothing;
    entered = false;
  });
  auto function = async_decorated(context, [&]() -> task<int> {
    EXPECT_TRUE(entered);
    co_await yield_now();
    co_return 1;
  });
  run_virtual([&]() -> task<> {
    EXPECT_FALSE(entered);
    for (int i = 0; i < 2; ++i) {
      std::optional<int> result = co_await function();
      EXPECT_EQ(result, 1);
      EXPECT_FALSE(entered);
    }
  });
}

TEST(async_decorated, errors_pass_the_manager) {
  bool entered = false;
  auto context = async_context_manager([&entered]() -> async_generator<nothing_t> {
    entered = true;
    std::exception_ptr error;
    try {
      co_yield nothing;
    } catch (...) {
      error = std::current_exception();
    }
    entered = false;
    if (error) std::rethrow_exception(error);
  });
  auto function = async_decorated(context, [] { return fail_with("foo"); });
  run_virtual([&]() -> task<> {
    std::string error = co_await error_of(function());
    EXPECT_EQ(error, "foo");
    EXPECT_FALSE(entered);
  });
}

TEST(async_decorated, arguments_and_members) {
  auto context = async_context_manager([]() -> async_generator<nothing_t> { co_yield nothing; });
  struct object {
    int a = 0;
    std::string b;
    task<> set(int first, std::string second) {
      co_await yield_now();
      a = first;
      b = second;
    }
  };
  auto method = async_decorated(context, &object::set);
  run_virtual([&]() -> task<> {
    object changed;
    co_await method(&changed, 1, "b");
    EXPECT_EQ(changed.a, 1);
    EXPECT_EQ(changed.b, "b");
    co_await method(std::ref(changed), 2, std::string("c"));
    EXPECT_EQ(changed.a, 2);
  });
}

TEST(async_decorated, recursion_enters_anew_each_time) {
  int depth = 0;
  int entered = 0;
  auto woohoo = async_context_manager([&]() -> async_generator<nothing_t> {
    ++entered;
    const int before = depth++;
    co_yield nothing;
    --depth;
    EXPECT_EQ(depth, before);
  });
  std::function<task<>()> again;
  auto recursive = async_decorated(woohoo, [&]() -> task<> {
    if (depth < 10) co_await again();
  });
  again = [&]() -> task<> { co_await recursive(); };
  run_virtual([&] { return again(); });
  EXPECT_EQ(entered, 10);
  EXPECT_EQ(depth, 0);
}

}  // namespace
