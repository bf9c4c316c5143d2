// generator: `co_yield from(sub)`: values, sends and results. PEP 380's tests, in C++.
#include <array>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/generator.hpp"

namespace {

using pirn::from;
using pirn::generator;
using pirn::generator_state;
using pirn::nothing;
using pirn::nothing_t;
using pirn::primed;
using pirn::scope_exit;

using trace = std::vector<std::string>;
using words = generator<std::string>;

void run(words steps, trace& out) {
  for (const std::string& value : steps) out.push_back("yielded " + value);
}

// ---- next ----

TEST(generator_delegation, the_first_next_reaches_the_sub) {
  auto inner = [](trace& out) -> generator<int> {
    out.push_back("starting inner");
    co_yield 42;
    out.push_back("finishing inner");
  };
  auto outer = [&](trace& out) -> generator<int> {
    out.push_back("starting outer");
    co_yield from(inner(out));
    out.push_back("finishing outer");
  };
  trace out;
  for (int value : outer(out)) out.push_back("yielded " + std::to_string(value));
  EXPECT_EQ(out, (trace{"starting outer", "starting inner", "yielded 42", "finishing inner",
                        "finishing outer"}));
}

TEST(generator_delegation, values_go_straight_through) {
  auto inner = [](trace& out) -> words {
    out.push_back("starting inner");
    co_yield "spam";
    co_yield "more spam";
    out.push_back("finishing inner");
  };
  auto outer = [&](trace& out) -> words {
    co_yield "ham";
    co_yield from(inner(out));
    co_yield "eggs";
    out.push_back("finishing outer");
  };
  trace out;
  run(outer(out), out);
  EXPECT_EQ(out, (trace{"yielded ham", "starting inner", "yielded spam", "yielded more spam",
                        "finishing inner", "yielded eggs", "finishing outer"}));
}

// Yields `before` values, then throws; says when its scope is left.
words failing(trace& out, int before) {
  scope_exit finish([&] { out.push_back("finishing inner"); });
  for (int step = 0; step < before; ++step) co_yield "spam";
  throw std::domain_error("hovercraft is full of eels");
}

words delegating_to_failing(trace& out, int before) {
  scope_exit finish([&] { out.push_back("finishing outer"); });
  co_yield from(failing(out, before));
  out.push_back("outer should not be here");
}

TEST(generator_delegation, an_exception_at_the_subs_first_step_is_thrown_in_the_delegator) {
  trace out;
  EXPECT_THROW(run(delegating_to_failing(out, 0), out), std::domain_error);
  EXPECT_EQ(out, (trace{"finishing inner", "finishing outer"}));
}

TEST(generator_delegation, an_exception_at_a_later_step_is_thrown_in_the_delegator) {
  trace out;
  EXPECT_THROW(run(delegating_to_failing(out, 1), out), std::domain_error);
  EXPECT_EQ(out, (trace{"yielded spam", "finishing inner", "finishing outer"}));
}

TEST(generator_delegation, the_delegator_may_catch_what_the_sub_throws_and_go_on) {
  auto outer = [](trace& out) -> words {
    try {
      co_yield from(failing(out, 1));
    } catch (const std::domain_error&) {
      out.push_back("caught");
    }
    co_yield "after";
  };
  trace out;
  run(outer(out), out);
  EXPECT_EQ(out, (trace{"yielded spam", "finishing inner", "caught", "yielded after"}));
}

TEST(generator_delegation, a_sub_that_yields_nothing_is_passed_over) {
  auto empty = []() -> generator<int> { co_return; };
  auto outer = [&]() -> generator<int> {
    co_yield from(empty());
    co_yield from(std::vector<int>{});
  };
  auto steps = outer();
  EXPECT_EQ(steps.next(), std::nullopt);
}

// ---- send ----

using listener = generator<std::string, int>;

listener two_spams(trace& out) {
  int sent = co_yield "spam";
  out.push_back("inner received " + std::to_string(sent));
  sent = co_yield "more spam";
  out.push_back("inner received " + std::to_string(sent));
}

TEST(generator_delegation, a_send_reaches_the_innermost) {
  auto outer = [](trace& out) -> listener {
    int sent = co_yield "ham";
    out.push_back("outer received " + std::to_string(sent));
    co_yield from(two_spams(out));
    sent = co_yield "eggs";
    out.push_back("outer received " + std::to_string(sent));
  };
  trace out;
  auto steps = primed(outer, out);
  int number = 1;
  while (auto value = steps.send(number++)) out.push_back("yielded " + *value);
  EXPECT_EQ(out, (trace{"outer received 1", "yielded spam", "inner received 2", "yielded more spam",
                        "inner received 3", "yielded eggs", "outer received 4"}));
}

TEST(generator_delegation, what_a_sub_throws_on_a_send_comes_out_of_the_send) {
  auto inner = [](trace& out) -> listener {
    int sent = co_yield "spam";
    out.push_back("inner received " + std::to_string(sent));
    throw std::domain_error("hovercraft is full of eels");
  };
  auto outer = [&](trace& out) -> listener {
    co_yield from(inner(out));
    out.push_back("outer should not be here");
  };
  trace out;
  auto steps = primed(outer, out);
  EXPECT_THROW(steps.send(2), std::domain_error);
  EXPECT_EQ(out, trace{"inner received 2"});
  EXPECT_EQ(steps.state(), generator_state::closed);
}

TEST(generator_delegation, a_value_sent_to_a_sub_that_takes_none_is_an_error_in_the_delegator) {
  auto outer = [](trace& out) -> generator<int, int> {
    scope_exit finish([&] { out.push_back("finishing"); });
    co_yield from(std::views::iota(0, 3));
    out.push_back("should not be here");
  };
  trace out;
  auto steps = primed(outer, out);
  EXPECT_THROW(steps.send(42), pirn::generator_takes_no_value);
  EXPECT_EQ(out, trace{"finishing"});
}

TEST(generator_delegation, next_goes_through_a_sub_that_takes_no_values) {
  auto outer = []() -> generator<int, int> {
    co_yield from(std::views::iota(0, 2));
    int sent = co_yield 10;
    co_yield sent;
  };
  auto steps = outer();
  EXPECT_EQ(steps.next(), 0);
  EXPECT_EQ(steps.next(), 1);
  EXPECT_EQ(steps.next(), 10);
  EXPECT_THROW(steps.next(), pirn::generator_needs_value);
  EXPECT_EQ(steps.send(7), 7);
}

TEST(generator_delegation, a_refused_value_leaves_a_borrowed_sub_where_it_stood) {
  auto count = []() -> generator<int> {
    for (int number = 0;; ++number) co_yield number;
  };
  auto middle = [](generator<int>& sub) -> generator<int> { co_yield from(sub); };
  auto outer = [&](generator<int>& sub) -> generator<int, int> {
    try {
      co_yield from(middle(sub));
    } catch (const pirn::generator_takes_no_value&) {
    }
    co_yield -1;
  };
  auto sub = count();
  auto steps = primed(outer, sub);
  EXPECT_EQ(steps.next(), 1);
  EXPECT_EQ(steps.send(42), -1);
  EXPECT_EQ(sub.next(), 2);
}

TEST(generator_delegation, sending_nothing_is_next) {
  auto outer = []() -> generator<int, std::optional<int>> {
    co_yield from(std::views::iota(0, 3));
  };
  auto steps = outer();
  for (int number = 0; number < 3; ++number) EXPECT_EQ(steps.send(std::nullopt), number);
  EXPECT_EQ(steps.send(std::nullopt), std::nullopt);
}

TEST(generator_delegation, a_sub_that_may_be_sent_something_is_sent_nothing_by_one_that_cannot) {
  auto inner = [](trace& out) -> generator<int, std::optional<int>> {
    for (int step = 0; step < 2; ++step) {
      auto sent = co_yield step;
      out.push_back(sent ? std::to_string(*sent) : "nothing");
    }
  };
  auto middle = [&](trace& out) -> generator<int, std::optional<int>> {
    auto sent = co_yield -1;
    out.push_back(sent ? std::to_string(*sent) : "nothing");
    co_yield from(inner(out));
    sent = co_yield -2;
    out.push_back(sent ? std::to_string(*sent) : "nothing");
  };
  auto outer = [](generator<int, std::optional<int>>& sub) -> generator<int> {
    co_yield from(sub);
  };
  trace out;
  auto sub = primed(middle, out);
  sub.send(1);  // stands in inner now; what middle was sent must not be seen again
  auto steps = outer(sub);
  while (steps.next()) continue;
  EXPECT_EQ(out, (trace{"1", "nothing", "nothing", "nothing"}));
}

TEST(generator_delegation, a_primed_sub_that_needs_a_value_cannot_be_delegated_to) {
  auto inner = []() -> generator<int, int> {
    for (int last = 0;;) last = co_yield last;
  };
  auto outer = [](generator<int, int> sub) -> generator<int, int> {
    co_yield from(std::move(sub));
  };
  auto steps = outer(primed(inner));
  EXPECT_THROW(steps.next(), pirn::generator_needs_value);
}

TEST(generator_delegation, any_value_can_be_sent_through) {
  using numbers = std::tuple<int, int, int, int>;
  auto inner = [](numbers& seen) -> generator<int, numbers> { seen = co_yield 42; };
  auto outer = [&](numbers& seen) -> generator<int, numbers> { co_yield from(inner(seen)); };
  numbers seen;
  auto steps = primed(outer, seen);
  steps.send({1, 2, 3, 4});
  EXPECT_EQ(seen, (numbers{1, 2, 3, 4}));
}

// ---- results ----

TEST(generator_delegation, what_the_sub_returns_is_the_value_of_the_expression) {
  auto inner = [](std::string value) -> generator<std::string, void, std::string> {
    co_yield "spam";
    co_return value;
  };
  auto outer = [&](trace& out) -> words {
    for (std::string value : {"1", "(2,)"}) {
      std::string result = co_yield from(inner(value));
      out.push_back("inner returned " + result);
    }
  };
  trace out;
  run(outer(out), out);
  EXPECT_EQ(out,
            (trace{"yielded spam", "inner returned 1", "yielded spam", "inner returned (2,)"}));
}

TEST(generator_delegation, results_are_there_after_next_and_after_send) {
  auto body = [](trace& out, int value) -> generator<nothing_t, std::optional<std::string>, int> {
    auto sent = co_yield nothing;
    out.push_back("received " + sent.value_or("nothing"));
    co_return value;
  };
  trace out;
  auto stepped = primed(body, out, 1);
  EXPECT_FALSE(stepped.next());
  EXPECT_EQ(stepped.result(), 1);
  auto sent = primed(body, out, 2);
  EXPECT_FALSE(sent.send("spam"));
  EXPECT_EQ(sent.result(), 2);
  EXPECT_EQ(out, (trace{"received nothing", "received spam"}));
}

TEST(generator_delegation, a_result_may_be_void_move_only_or_a_reference) {
  auto unique = []() -> generator<int, void, std::unique_ptr<int>> {
    co_yield 1;
    co_return std::make_unique<int>(5);
  };
  auto reference = [](int& target) -> generator<int, void, int&> {
    co_yield 2;
    co_return target;
  };
  auto outer = [&](int& target) -> generator<int> {
    std::unique_ptr<int> number = co_yield from(unique());
    int& same = co_yield from(reference(target));
    same = *number;
  };
  int target = 0;
  auto steps = outer(target);
  while (steps.next()) continue;
  EXPECT_EQ(target, 5);
}

TEST(generator_delegation, one_that_has_returned_gives_its_result_at_once_and_only_once) {
  auto inner = []() -> generator<int, void, int> {
    co_yield 1;
    co_return 2;
  };
  auto outer = [](generator<int, void, int>& sub) -> generator<int> {
    int result = co_yield from(sub);
    co_yield result;
    result = co_yield from(sub);
    co_yield result;
  };
  auto sub = inner();
  while (sub.next()) continue;
  auto steps = outer(sub);
  EXPECT_EQ(steps.next(), 2);
  EXPECT_THROW(sub.result(), pirn::generator_has_no_result);
  EXPECT_THROW(steps.next(), pirn::generator_has_no_result);
}

generator<int, int, int> answering() {
  co_return co_yield 1;
}

TEST(generator_delegation, a_lambda_is_as_good_as_a_function) {
  auto plain = []() -> generator<int, int, int> { co_return co_yield 1; };
  auto to_function = []() -> generator<int, int, int> { co_return co_yield from(answering()); };
  auto to_lambda = [&]() -> generator<int, int, int> { co_return co_yield from(plain()); };
  auto check = [](generator<int, int, int> steps) {
    EXPECT_EQ(steps.next(), 1);
    EXPECT_EQ(steps.send(2), std::nullopt);
    EXPECT_EQ(steps.result(), 2);
  };
  check(answering());
  check(plain());
  check(to_function());
  check(to_lambda());
}

// ---- ranges and references ----

TEST(generator_delegation, any_range_can_be_delegated_to) {
  auto outer = [](const std::vector<int>& numbers) -> generator<double> {
    co_yield from(numbers);
    co_yield from(std::array{4, 5});
    co_yield from(numbers | std::views::reverse);
  };
  std::vector<double> seen;
  const std::vector numbers{1, 2, 3};
  for (double number : outer(numbers)) seen.push_back(number);
  EXPECT_EQ(seen, (std::vector<double>{1, 2, 3, 4, 5, 3, 2, 1}));
}

TEST(generator_delegation, an_owned_range_gives_its_elements_away) {
  std::vector<std::unique_ptr<int>> numbers;
  numbers.push_back(std::make_unique<int>(3));
  auto outer = [](auto owned) -> generator<std::unique_ptr<int>> {
    co_yield from(std::move(owned));
  };
  auto steps = outer(std::move(numbers));
  EXPECT_EQ(**steps.next(), 3);
}

TEST(generator_delegation, references_go_straight_through) {
  auto inner = [](std::vector<int>& numbers) -> generator<int&> { co_yield from(numbers); };
  auto outer = [&](std::vector<int>& numbers) -> generator<int&> { co_yield from(inner(numbers)); };
  std::vector numbers{1, 2};
  for (int& number : outer(numbers)) number *= 10;
  EXPECT_EQ(numbers, (std::vector{10, 20}));
}

}  // namespace
