// generator_context: managers written as generators.
#include "pirn/core/generator_context.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/scope_guard.hpp"

namespace {

using pirn::context_manager;
using pirn::decorated;
using pirn::generator;
using pirn::generator_context_error;
using pirn::nothing;
using pirn::nothing_t;
using pirn::scope_exit;
using pirn::with;

using numbers = std::vector<int>;

TEST(generator_context, runs_to_the_yield_the_body_and_on) {
  auto manager = context_manager([](numbers& state) -> generator<int> {
    state.push_back(1);
    co_yield 42;
    state.push_back(999);
  });
  numbers state;
  with(manager(state), [&](int value) {
    EXPECT_EQ(state, numbers{1});
    state.push_back(value);
  });
  EXPECT_EQ(state, (numbers{1, 42, 999}));
}

TEST(generator_context, a_scope_exit_around_the_yield_runs_after_an_error) {
  auto manager = context_manager([](numbers& state) -> generator<int> {
    state.push_back(1);
    scope_exit finally([&] { state.push_back(999); });
    co_yield 42;
  });
  numbers state;
  EXPECT_THROW(with(manager(state),
                    [&](int value) {
                      state.push_back(value);
                      throw std::domain_error("");
                    }),
               std::domain_error);
  EXPECT_EQ(state, (numbers{1, 42, 999}));
}

TEST(generator_context, the_error_that_passes_through_is_the_very_same) {
  auto manager = context_manager([]() -> generator<nothing_t> { co_yield nothing; });
  auto reraising = context_manager([]() -> generator<nothing_t> {
    try {
      co_yield nothing;
    } catch (...) {
      throw;
    }
  });
  const auto error = std::make_exception_ptr(std::runtime_error("42"));
  auto check = [&](auto&& entered) {
    try {
      with(entered, [&] { std::rethrow_exception(error); });
      FAIL();
    } catch (const std::runtime_error&) {
      EXPECT_EQ(std::current_exception(), error);
    }
  };
  check(manager());
  check(reraising());
}

TEST(generator_context, exit_says_that_it_did_not_swallow) {
  auto manager = context_manager([]() -> generator<nothing_t> { co_yield nothing; });
  auto entered = manager();
  entered.enter();
  EXPECT_FALSE(entered.exit(std::make_exception_ptr(std::runtime_error("foo"))));
}

TEST(generator_context, a_generator_that_catches_and_returns_swallows) {
  auto manager = context_manager([](numbers& state) -> generator<int> {
    state.push_back(1);
    try {
      co_yield 42;
    } catch (const std::domain_error& error) {
      state.push_back(std::stoi(error.what()));
    }
  });
  numbers state;
  auto result = with(manager(state), [&](int value) -> int {
    state.push_back(value);
    throw std::domain_error("999");
  });
  EXPECT_EQ(result, std::nullopt);
  EXPECT_EQ(state, (numbers{1, 42, 999}));
}

TEST(generator_context, a_generator_may_answer_with_another_error) {
  auto manager = context_manager([]() -> generator<nothing_t> {
    try {
      co_yield nothing;
    } catch (const std::domain_error&) {
      std::throw_with_nested(std::runtime_error("chained"));
    }
  });
  try {
    with(manager(), [] { throw std::domain_error("original"); });
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "chained");
    EXPECT_THROW(std::rethrow_if_nested(error), std::domain_error);
  }
}

TEST(generator_context, one_that_yields_twice_is_an_error) {
  auto manager = context_manager([]() -> generator<nothing_t> {
    co_yield nothing;
    co_yield nothing;
  });
  EXPECT_THROW(with(manager(), [] {}), generator_context_error);
}

TEST(generator_context, one_that_yields_again_after_an_error_is_an_error) {
  auto manager = context_manager([]() -> generator<nothing_t> {
    try {
      co_yield nothing;
    } catch (const std::exception&) {
    }
    co_yield nothing;
  });
  auto entered = manager();
  entered.enter();
  EXPECT_THROW(entered.exit(std::make_exception_ptr(std::runtime_error("foo"))),
               generator_context_error);
}

TEST(generator_context, one_that_never_yields_is_an_error_and_the_body_does_not_run) {
  auto manager = context_manager([]() -> generator<nothing_t> { co_return; });
  bool ran = false;
  EXPECT_THROW(with(manager(), [&] { ran = true; }), generator_context_error);
  EXPECT_FALSE(ran);
}

TEST(generator_context, is_entered_once) {
  auto manager = context_manager([]() -> generator<int> { co_yield 1; });
  auto entered = manager();
  with(entered, [] {});
  EXPECT_THROW(with(entered, [] {}), generator_context_error);
}

TEST(generator_context, an_error_on_the_way_in_comes_out_of_with) {
  auto manager = context_manager([](bool fails) -> generator<nothing_t> {
    if (fails) throw std::domain_error("no way in");
    co_yield nothing;
  });
  bool ran = false;
  EXPECT_THROW(with(manager(true), [&] { ran = true; }), std::domain_error);
  EXPECT_FALSE(ran);
}

TEST(generator_context, gives_references_and_move_only_values) {
  auto lending = context_manager([](std::string& text) -> generator<std::string&> {
    co_yield text;
    text += " returned";
  });
  std::string text = "lent";
  with(lending(text), [](std::string& lent) { lent += " used"; });
  EXPECT_EQ(text, "lent used returned");
  auto giving = context_manager(
      []() -> generator<std::unique_ptr<int>> { co_yield std::make_unique<int>(5); });
  int seen = 0;
  with(giving(), [&](std::unique_ptr<int>& number) { seen = *number; });
  EXPECT_EQ(seen, 5);
}

TEST(generator_context, arguments_go_to_the_function) {
  auto manager = context_manager(
      [](int first, std::string second, std::unique_ptr<int> third) -> generator<std::string> {
        co_yield std::to_string(first) + second + std::to_string(*third);
      });
  with(manager(1, "2", std::make_unique<int>(3)), [](std::string& all) { EXPECT_EQ(all, "123"); });
}

TEST(generator_context, arguments_by_value_die_with_the_manager) {
  auto held = std::make_shared<int>(1);
  auto manager =
      context_manager([](std::shared_ptr<int>) -> generator<nothing_t> { co_yield nothing; });
  with(manager(held), [&] { EXPECT_EQ(held.use_count(), 2); });
  EXPECT_EQ(held.use_count(), 1);
}

TEST(generator_context, captures_live_as_long_as_the_manager) {
  const std::string text = "a captured string of some length";
  std::string seen;
  auto entered = context_manager([text]() -> generator<const std::string&> { co_yield text; })();
  with(entered, [&](const std::string& captured) { seen = captured; });
  EXPECT_EQ(seen, text);
}

TEST(generator_context, decorates_a_function_that_can_be_called_again) {
  numbers state;
  auto manager = context_manager([](numbers& seen, int first) -> generator<nothing_t> {
    seen.push_back(first);
    co_yield nothing;
    seen.push_back(999);
  });
  auto test =
      decorated([&] { return manager(state, 1); }, [&](int value) { state.push_back(value); });
  test(5);
  EXPECT_EQ(state, (numbers{1, 5, 999}));
  state.clear();
  test(6);
  EXPECT_EQ(state, (numbers{1, 6, 999}));
}

TEST(generator_context, a_decorated_function_may_call_itself) {
  int depth = 0, deepest = 0;
  auto manager = context_manager([&]() -> generator<nothing_t> {
    const int before = depth++;
    co_yield nothing;
    EXPECT_EQ(--depth, before);
  });
  std::function<void()> recurse;
  auto body = decorated(manager, [&] {
    deepest = std::max(deepest, depth);
    if (depth < 10) recurse();
  });
  recurse = [&] { body(); };
  recurse();
  EXPECT_EQ(depth, 0);
  EXPECT_EQ(deepest, 10);
}

}  // namespace
