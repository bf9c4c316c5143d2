// generator: one generator and its caller. Delegation is in generator_delegation_test.cpp.
#include "pirn/core/generator.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/scope_guard.hpp"

namespace {

using pirn::generator;
using pirn::generator_state;
using pirn::nothing;
using pirn::nothing_t;
using pirn::primed;
using pirn::scope_exit;

generator<int> count_to(int last) {
  for (int number = 1; number <= last; ++number) co_yield number;
}

generator<double, double> averager() {
  double total = 0, count = 0, average = 0;
  for (;;) {
    total += co_yield average;
    average = total / ++count;
  }
}

template <class Generator>
auto list(Generator&& steps) {
  std::vector<typename std::remove_cvref_t<Generator>::yield_type> values;
  for (auto&& value : steps) values.push_back(std::move(value));
  return values;
}

// ---- next ----

TEST(generator, next_gives_each_value_then_nothing_for_ever) {
  auto numbers = count_to(2);
  EXPECT_EQ(numbers.next(), 1);
  EXPECT_EQ(numbers.next(), 2);
  EXPECT_EQ(numbers.next(), std::nullopt);
  EXPECT_EQ(numbers.next(), std::nullopt);
}

TEST(generator, the_body_does_not_start_before_the_first_next) {
  bool started = false;
  auto body = [](bool& flag) -> generator<int> {
    flag = true;
    co_yield 1;
  };
  auto steps = body(started);
  EXPECT_FALSE(started);
  EXPECT_EQ(steps.next(), 1);
  EXPECT_TRUE(started);
}

TEST(generator, a_range_for_goes_on_where_next_left_off) {
  auto numbers = count_to(5);
  EXPECT_EQ(numbers.next(), 1);
  EXPECT_EQ(list(numbers), (std::vector{2, 3, 4, 5}));
  EXPECT_EQ(list(numbers), std::vector<int>{});
}

TEST(generator, an_exception_in_the_body_comes_out_of_next_and_closes) {
  auto body = []() -> generator<int> {
    co_yield 1;
    throw std::domain_error("division by zero");
  };
  auto steps = body();
  EXPECT_EQ(steps.next(), 1);
  EXPECT_THROW(steps.next(), std::domain_error);
  EXPECT_EQ(steps.state(), generator_state::closed);
  EXPECT_EQ(steps.next(), std::nullopt);
}

TEST(generator, a_body_that_resumes_itself_gets_generator_busy) {
  generator<int>* self = nullptr;
  auto body = [](generator<int>*& me) -> generator<int> {
    co_yield 0;
    co_yield *me->next();
  };
  auto steps = body(self);
  self = &steps;
  EXPECT_EQ(steps.next(), 0);
  try {
    steps.next();
    FAIL();
  } catch (const pirn::generator_busy& error) {
    EXPECT_STREQ(error.what(), "generator already executing");
  }
  EXPECT_EQ(steps.state(), generator_state::closed);
}

// ---- send ----

TEST(generator, co_yield_evaluates_to_what_was_sent) {
  auto average = averager();
  EXPECT_EQ(average.next(), 0.0);
  EXPECT_EQ(average.send(10), 10.0);
  EXPECT_EQ(average.send(30), 20.0);
  EXPECT_EQ(average.send(5), 15.0);
}

TEST(generator, sending_to_one_that_has_not_started_is_an_error_and_changes_nothing) {
  auto average = averager();
  EXPECT_THROW(average.send(1), pirn::generator_not_started);
  EXPECT_EQ(average.state(), generator_state::created);
  EXPECT_EQ(average.next(), 0.0);
}

TEST(generator, next_where_a_value_is_due_is_an_error_and_changes_nothing) {
  auto average = primed(averager);
  EXPECT_THROW(average.next(), pirn::generator_needs_value);
  EXPECT_EQ(average.send(7), 7.0);
}

TEST(generator, an_optional_send_is_empty_after_next) {
  auto body = [](std::vector<std::string>& seen) -> generator<int, std::optional<std::string>> {
    for (int step = 0;; ++step) {
      auto sent = co_yield step;
      seen.push_back(sent ? *sent : "nothing");
    }
  };
  std::vector<std::string> seen;
  auto steps = body(seen);
  EXPECT_EQ(steps.send(std::nullopt), 0);  // sending nothing starts it, as next() does
  steps.send("a");
  steps.next();
  for (int step : steps) {
    if (step == 4) break;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "nothing", "nothing", "nothing"}));
}

TEST(generator, sending_something_optional_to_a_new_one_is_an_error_too) {
  auto body = []() -> generator<int, std::optional<int>> { co_yield 1; };
  auto steps = body();
  EXPECT_THROW(steps.send(5), pirn::generator_not_started);
  EXPECT_EQ(steps.next(), 1);
}

TEST(generator, sending_to_a_closed_one_gives_nothing) {
  auto body = []() -> generator<int, int> { co_yield 1; };
  auto steps = body();
  steps.next();
  EXPECT_EQ(steps.send(1), std::nullopt);
  EXPECT_EQ(steps.send(2), std::nullopt);
}

TEST(generator, a_move_only_value_can_be_sent) {
  auto body = [](int& sum) -> generator<nothing_t, std::unique_ptr<int>> {
    for (;;) {
      auto number = co_yield nothing;
      sum += *number;
    }
  };
  int sum = 0;
  auto steps = primed(body, sum);
  steps.send(std::make_unique<int>(3));
  steps.send(std::make_unique<int>(4));
  EXPECT_EQ(sum, 7);
}

TEST(generator, a_reference_can_be_sent) {
  auto body = []() -> generator<nothing_t, std::string&> {
    for (;;) {
      std::string& word = co_yield nothing;
      word += '!';
    }
  };
  auto steps = primed(body);
  std::string word = "oh";
  steps.send(word);
  steps.send(word);
  EXPECT_EQ(word, "oh!!");
}

TEST(generator, an_augmented_assignment_takes_what_is_sent) {
  auto body = [](std::vector<int>& seen) -> generator<nothing_t, int> {
    int count = 0;
    while (count < 200) {
      count += co_yield nothing;
      seen.push_back(count);
    }
  };
  std::vector<int> seen;
  auto steps = primed(body, seen);
  EXPECT_TRUE(seen.empty());
  for (int step = 0; step < 3; ++step) steps.send(10);
  EXPECT_EQ(seen, (std::vector{10, 20, 30}));
}

// ---- results ----

TEST(generator, the_result_is_there_once_the_body_has_returned) {
  auto body = []() -> generator<int, int, std::string> {
    int sent = co_yield 1;
    co_return "sent " + std::to_string(sent);
  };
  auto steps = body();
  EXPECT_THROW(steps.result(), pirn::generator_has_no_result);
  steps.next();
  EXPECT_THROW(steps.result(), pirn::generator_has_no_result);
  EXPECT_EQ(steps.send(2), std::nullopt);
  EXPECT_EQ(steps.result(), "sent 2");
  EXPECT_EQ(steps.result(), "sent 2");
  EXPECT_EQ(std::move(steps.result()), "sent 2");
}

TEST(generator, a_body_that_threw_or_was_closed_has_no_result) {
  auto body = [](bool throws) -> generator<int, void, int> {
    co_yield 1;
    if (throws) throw std::runtime_error("");
    co_return 1;
  };
  auto threw = body(true);
  threw.next();
  EXPECT_THROW(threw.next(), std::runtime_error);
  EXPECT_THROW(threw.result(), pirn::generator_has_no_result);
  auto closed = body(false);
  closed.next();
  closed.close();
  EXPECT_THROW(closed.result(), pirn::generator_has_no_result);
}

TEST(generator, results_may_be_void_move_only_or_references) {
  auto nothing_body = []() -> generator<int> { co_yield 1; };
  auto unique_body = []() -> generator<int, void, std::unique_ptr<int>> {
    co_yield 1;
    co_return std::make_unique<int>(5);
  };
  auto reference_body = [](int& target) -> generator<int, void, int&> {
    co_yield 1;
    co_return target;
  };
  int target = 0;
  auto none = nothing_body();
  auto unique = unique_body();
  auto reference = reference_body(target);
  EXPECT_THROW(none.result(), pirn::generator_has_no_result);
  list(none), list(unique), list(reference);
  none.result();
  std::unique_ptr<int> taken = std::move(unique.result());
  EXPECT_EQ(*taken, 5);
  EXPECT_EQ(&reference.result(), &target);
}

TEST(generator, a_destructor_that_throws_after_the_return_leaves_no_result) {
  struct thrower {
    ~thrower() noexcept(false) { throw std::runtime_error("late"); }
  };
  auto body = []() -> generator<int, void, std::string> {
    co_yield 1;
    thrower late;
    co_return "result";
  };
  auto steps = body();
  steps.next();
  EXPECT_THROW(steps.next(), std::runtime_error);
  EXPECT_THROW(steps.result(), pirn::generator_has_no_result);
}

// ---- what is yielded ----

TEST(generator, a_yielded_object_of_the_body_is_copied_and_a_temporary_is_moved) {
  auto body = []() -> generator<std::string> {
    std::string kept = "kept, and long enough to own memory";
    co_yield kept;
    co_yield kept;
    co_yield "a literal that becomes a temporary string";
    co_yield std::move(kept);
    co_yield kept;
  };
  auto steps = body();
  std::string first = std::move(*steps.next());
  EXPECT_EQ(first, "kept, and long enough to own memory");
  EXPECT_EQ(steps.next(), first);
  EXPECT_EQ(steps.next(), "a literal that becomes a temporary string");
  EXPECT_EQ(steps.next(), first);
  EXPECT_EQ(steps.next(), "");
}

TEST(generator, values_may_be_move_only) {
  auto body = []() -> generator<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    co_yield std::move(second);
  };
  int sum = 0;
  for (std::unique_ptr<int> number : body()) sum += *number;
  EXPECT_EQ(sum, 3);
}

TEST(generator, a_reference_is_passed_through) {
  auto body = [](std::array<int, 3>& numbers) -> generator<int&> {
    for (int& number : numbers) co_yield number;
  };
  std::array numbers{1, 2, 3};
  for (int& number : body(numbers)) number *= 10;
  auto steps = body(numbers);
  int* first = steps.next();
  EXPECT_EQ(first, &numbers[0]);
  EXPECT_EQ(*first, 10);
}

TEST(generator, a_const_reference_may_be_to_a_temporary_that_lives_until_the_next_step) {
  auto body = []() -> generator<const std::string&> {
    co_yield std::string("a temporary string of some length");
    const std::string local = "a local";
    co_yield local;
  };
  std::vector<std::string> seen;
  auto steps = body();
  while (const std::string* word = steps.next()) seen.push_back(*word);
  EXPECT_EQ(seen, (std::vector<std::string>{"a temporary string of some length", "a local"}));
}

TEST(generator, it_is_a_range_for_the_standard_library) {
  static_assert(std::ranges::input_range<generator<int>>);
  static_assert(std::ranges::viewable_range<generator<int>>);
  static_assert(!std::ranges::input_range<generator<double, double>>);  // each step needs a value
  std::vector<int> even;
  std::ranges::copy(count_to(7) | std::views::filter([](int n) { return n % 2 == 0; }),
                    std::back_inserter(even));
  EXPECT_EQ(even, (std::vector{2, 4, 6}));
}

// ---- ownership ----

TEST(generator, it_moves_and_cannot_be_copied) {
  static_assert(!std::copy_constructible<generator<int>>);
  static_assert(sizeof(generator<int>) == sizeof(void*));
  auto numbers = count_to(3);
  numbers.next();
  auto moved = std::move(numbers);
  EXPECT_EQ(moved.next(), 2);
  EXPECT_EQ(numbers.state(), generator_state::closed);  // NOLINT: what a moved-from one says
  EXPECT_EQ(numbers.next(), std::nullopt);
  numbers = std::move(moved);
  EXPECT_EQ(numbers.next(), 3);
}

TEST(generator, destroying_a_suspended_one_runs_the_destructors_of_its_body_and_nothing_else) {
  std::string trace;
  auto body = [](std::string& out) -> generator<int> {
    scope_exit outer([&] { out += "outer "; });
    try {
      scope_exit inner([&] { out += "inner "; });
      co_yield 1;
    } catch (...) {
      out += "caught ";
    }
    out += "went on ";
  };
  {
    auto steps = body(trace);
    steps.next();
    EXPECT_EQ(trace, "");
  }
  EXPECT_EQ(trace, "inner outer ");
}

TEST(generator, it_may_be_made_stepped_and_destroyed_on_three_threads) {
  generator<int> numbers = count_to(0);
  std::thread([&] { numbers = count_to(3); }).join();
  std::thread([&] { EXPECT_EQ(numbers.next(), 1); }).join();
  EXPECT_EQ(numbers.next(), 2);
  std::thread([taken = std::move(numbers)]() mutable { EXPECT_EQ(taken.next(), 3); }).join();
}

TEST(generator, a_warm_generator_takes_its_frame_from_the_pool) {
  list(count_to(3));
  const auto before = pirn::detail::frame_statistics();
  for (int round = 0; round < 10'000; ++round) list(count_to(3));
  EXPECT_EQ(pirn::detail::frame_statistics().chunks, before.chunks);
}

}  // namespace
