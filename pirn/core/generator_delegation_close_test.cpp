// generator: `co_yield from(sub)`: exceptions thrown in, closing, borrowed subs, deep chains.
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/generator.hpp"

namespace {

using pirn::from;
using pirn::generator;
using pirn::generator_exit;
using pirn::generator_state;
using pirn::scope_exit;

using trace = std::vector<std::string>;
using words = generator<std::string>;

struct lunch_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

words spams(trace& out) {
  scope_exit finish([&] { out.push_back("finishing inner"); });
  co_yield "spam";
  co_yield "more spam";
}

words ham_and_spams(trace& out) {
  scope_exit finish([&] { out.push_back("finishing outer"); });
  co_yield "ham";
  co_yield from(spams(out));
  co_yield "eggs";
}

// ---- throw_in ----

TEST(generator_delegation, an_exception_thrown_in_reaches_the_innermost_and_passes_outwards) {
  trace out;
  auto steps = ham_and_spams(out);
  steps.next(), steps.next();
  EXPECT_THROW(steps.throw_in(lunch_error("tomato ejected")), lunch_error);
  EXPECT_EQ(out, (trace{"finishing inner", "finishing outer"}));
}

TEST(generator_delegation, an_exception_thrown_in_while_a_range_is_delegated_to_is_thrown_here) {
  auto outer = [](trace& out) -> generator<int> {
    scope_exit finish([&] { out.push_back("finishing"); });
    co_yield from(std::views::iota(0, 10));
  };
  trace out;
  auto steps = outer(out);
  for (int number = 0; number < 5; ++number) EXPECT_EQ(steps.next(), number);
  EXPECT_THROW(steps.throw_in(lunch_error("tomato ejected")), lunch_error);
  EXPECT_EQ(out, trace{"finishing"});
}

TEST(generator_delegation, a_sub_may_catch_what_is_thrown_in_and_yield_on) {
  auto inner = [](trace& out) -> words {
    bool lunch = false;
    try {
      co_yield "spam";
    } catch (const lunch_error&) {
      out.push_back("caught in inner");
      lunch = true;
    }
    if (lunch) co_yield "lunch saved";
    co_yield "yet more spam";
  };
  auto outer = [&](trace& out) -> words {
    co_yield from(inner(out));
    co_yield "eggs";
  };
  trace out;
  auto steps = outer(out);
  steps.next();
  EXPECT_EQ(steps.throw_in(lunch_error("")), "lunch saved");
  EXPECT_EQ(steps.next(), "yet more spam");
  EXPECT_EQ(steps.next(), "eggs");
  EXPECT_EQ(steps.next(), std::nullopt);
  EXPECT_EQ(out, trace{"caught in inner"});
}

TEST(generator_delegation, a_sub_that_returns_on_a_throw_resumes_the_delegator_with_its_result) {
  auto inner = [](trace& out, int value) -> generator<int, void, int> {
    try {
      co_yield 1;
    } catch (const lunch_error&) {
      out.push_back("caught in inner");
    }
    co_return value;
  };
  auto outer = [&](trace& out) -> generator<int> {
    int result = co_yield from(inner(out, 2));
    out.push_back("inner returned");
    co_yield result;
  };
  trace out;
  auto steps = outer(out);
  EXPECT_EQ(steps.next(), 1);
  EXPECT_EQ(steps.throw_in(lunch_error("")), 2);
  EXPECT_EQ(out, (trace{"caught in inner", "inner returned"}));
}

// ---- close ----

TEST(generator_delegation, close_reaches_the_innermost_first) {
  trace out;
  auto steps = ham_and_spams(out);
  steps.next(), steps.next();
  steps.close();
  EXPECT_EQ(out, (trace{"finishing inner", "finishing outer"}));
  EXPECT_EQ(steps.state(), generator_state::closed);
}

TEST(generator_delegation, closing_while_a_range_is_delegated_to_cleans_up) {
  auto outer = [](trace& out) -> generator<int> {
    scope_exit finish([&] { out.push_back("finishing"); });
    co_yield from(std::views::iota(0, 3));
    out.push_back("should not be here");
  };
  trace out;
  auto steps = outer(out);
  steps.next();
  steps.close();
  EXPECT_EQ(out, trace{"finishing"});
}

// How a sub answers generator_exit.
enum class answer { passes, returns, yields, raises };

generator<int> answering(answer how) {
  try {
    co_yield 1;
  } catch (const generator_exit&) {
    if (how == answer::passes) throw;
    if (how == answer::raises) throw lunch_error("vorpal bunny encountered");
    if (how == answer::returns) co_return;
  }
  co_yield 2;
}

// Says what the sub's end looked like from inside the delegator.
generator<int> watching(trace& out, answer how) {
  try {
    co_yield from(answering(how));
    out.push_back("went on");
  } catch (const generator_exit&) {
    out.push_back("generator_exit");
    throw;
  } catch (const std::exception& error) {
    out.push_back(error.what());
    throw;
  }
}

trace closed_with(answer how) {
  trace out;
  auto steps = watching(out, how);
  steps.next();
  try {
    steps.close();
  } catch (const std::exception& error) {
    out.push_back(std::string("close: ") + error.what());
  }
  EXPECT_EQ(steps.state(), generator_state::closed);
  return out;
}

TEST(generator_delegation, close_raises_generator_exit_in_the_delegator_whatever_the_sub_did) {
  EXPECT_EQ(closed_with(answer::passes), trace{"generator_exit"});
  EXPECT_EQ(closed_with(answer::returns), trace{"generator_exit"});
}

TEST(generator_delegation, a_sub_that_yields_on_close_is_an_error_in_the_delegator) {
  EXPECT_EQ(closed_with(answer::yields),
            (trace{"generator ignored generator_exit", "close: generator ignored generator_exit"}));
}

TEST(generator_delegation, a_sub_that_raises_on_close_raises_in_the_delegator) {
  EXPECT_EQ(closed_with(answer::raises),
            (trace{"vorpal bunny encountered", "close: vorpal bunny encountered"}));
}

TEST(generator_delegation, thrown_in_generator_exit_closes_the_sub_and_is_raised_again) {
  trace out;
  auto passing = watching(out, answer::returns);
  passing.next();
  EXPECT_THROW(passing.throw_in(generator_exit()), generator_exit);
  EXPECT_EQ(out, trace{"generator_exit"});
  auto yielding = watching(out, answer::yields);
  yielding.next();
  EXPECT_THROW(yielding.throw_in(generator_exit()), pirn::generator_ignored_exit);
  auto raising = watching(out, answer::raises);
  raising.next();
  EXPECT_THROW(raising.throw_in(generator_exit()), lunch_error);
}

TEST(generator_delegation, a_delegator_that_swallows_generator_exit_closes_its_own_delegator_too) {
  auto middle = [](trace& out) -> generator<int> {
    try {
      co_yield from(answering(answer::passes));
    } catch (const generator_exit&) {
      out.push_back("middle swallows");
    }
  };
  auto outer = [&](trace& out) -> generator<int> {
    scope_exit finish([&] { out.push_back("finishing outer"); });
    co_yield from(middle(out));
    out.push_back("outer should not be here");
  };
  trace out;
  auto steps = outer(out);
  steps.next();
  steps.close();
  EXPECT_EQ(out, (trace{"middle swallows", "finishing outer"}));
}

TEST(generator_delegation, a_delegator_may_delegate_anew_while_it_closes) {
  auto last_words = [](trace& out) -> generator<int> {
    out.push_back("last words");
    co_return;
  };
  auto outer = [&](trace& out) -> generator<int> {
    bool closing = false;
    try {
      co_yield from(answering(answer::passes));
    } catch (const generator_exit&) {
      closing = true;
    }
    if (closing) co_yield from(last_words(out));
    out.push_back("done");
  };
  trace out;
  auto steps = outer(out);
  steps.next();
  steps.close();
  EXPECT_EQ(out, (trace{"last words", "done"}));
}

// ---- states, borrowing ----

TEST(generator_delegation, a_loop_of_delegation_is_an_error_at_the_second_visit) {
  generator<int>* self = nullptr;
  auto inner = [](generator<int>*& outermost) -> generator<int> {
    co_yield 2;
    co_yield from(*outermost);
  };
  auto outer = [&](generator<int>*& outermost) -> generator<int> {
    co_yield 1;
    co_yield from(inner(outermost));
  };
  auto steps = outer(self);
  self = &steps;
  EXPECT_EQ(steps.next(), 1);
  EXPECT_EQ(steps.next(), 2);
  EXPECT_THROW(steps.next(), pirn::generator_busy);
}

TEST(generator_delegation, a_delegator_is_running_while_its_delegate_runs_or_closes) {
  generator<int>* self = nullptr;
  auto inner = [](generator<int>*& outermost) -> generator<int> {
    EXPECT_EQ(outermost->state(), generator_state::running);
    try {
      EXPECT_THROW(static_cast<void>(co_yield from(*outermost)), pirn::generator_busy);
      co_yield 1;
    } catch (const lunch_error&) {
      EXPECT_EQ(outermost->state(), generator_state::running);
    }
    scope_exit finish([&] { EXPECT_EQ(outermost->state(), generator_state::running); });
    co_yield 2;
  };
  auto outer = [&](generator<int>*& outermost) -> generator<int> {
    co_yield from(inner(outermost));
  };
  auto steps = outer(self);
  self = &steps;
  EXPECT_EQ(steps.next(), 1);
  EXPECT_EQ(steps.throw_in(lunch_error("")), 2);
  steps.close();
}

TEST(generator_delegation, a_borrowed_sub_cannot_be_stepped_by_others_meanwhile) {
  auto count = []() -> generator<int> {
    for (int number = 0;; ++number) co_yield number;
  };
  auto outer = [](generator<int>& sub) -> generator<int> { co_yield from(sub); };
  auto sub = count();
  EXPECT_EQ(sub.next(), 0);
  {
    auto steps = outer(sub);
    EXPECT_EQ(steps.next(), 1);
    EXPECT_EQ(sub.state(), generator_state::suspended);
    EXPECT_THROW(sub.next(), pirn::generator_busy);
    EXPECT_THROW(sub.close(), pirn::generator_busy);
    auto thief = outer(sub);
    EXPECT_THROW(thief.next(), pirn::generator_busy);
    EXPECT_EQ(steps.next(), 2);
  }
  EXPECT_EQ(sub.next(), 3);  // its delegator is gone: it is its own again
}

TEST(generator_delegation, a_borrowed_sub_in_the_middle_of_a_chain_keeps_its_own_delegates) {
  auto count = [](trace& out) -> generator<int> {
    scope_exit finish([&] { out.push_back("count"); });
    for (int number = 0;; ++number) co_yield number;
  };
  auto owner = [&](trace& out) -> generator<int> {
    scope_exit finish([&] { out.push_back("owner"); });
    co_yield from(count(out));
  };
  auto borrower = [](trace& out, generator<int>& sub) -> generator<int> {
    scope_exit finish([&] { out.push_back("borrower"); });
    co_yield from(sub);
  };
  auto outer = [&](trace& out, generator<int>& sub) -> generator<int> {
    scope_exit finish([&] { out.push_back("outer"); });
    co_yield from(borrower(out, sub));
  };
  trace out;
  {
    auto sub = owner(out);
    {
      auto steps = outer(out, sub);
      EXPECT_EQ(steps.next(), 0);
      EXPECT_EQ(steps.next(), 1);
    }
    EXPECT_EQ(out, (trace{"borrower", "outer"}));
    EXPECT_EQ(sub.next(), 2);
  }
  EXPECT_EQ(out, (trace{"borrower", "outer", "count", "owner"}));
}

TEST(generator_delegation, a_suspended_chain_is_taken_over_where_it_stands) {
  trace out;
  auto sub = ham_and_spams(out);
  sub.next(), sub.next();
  auto outer = [](words taken) -> words { co_yield from(std::move(taken)); };
  auto steps = outer(std::move(sub));
  EXPECT_EQ(steps.next(), "more spam");
  EXPECT_EQ(steps.next(), "eggs");
  EXPECT_EQ(steps.next(), std::nullopt);
}

TEST(generator_delegation, destroying_a_borrowed_sub_under_its_delegator_is_a_bug) {
  trace out;
  auto outer = [](words& sub) -> words { co_yield from(sub); };
  auto sub = std::make_unique<words>(spams(out));
  auto steps = outer(*sub);
  steps.next();
  EXPECT_DEATH(sub.reset(), "another delegates to it");
}

// ---- depth ----

// GCC makes no tail calls under its sanitizers and below -O2; clang always does.
constexpr int depth = pirn::detail::sanitized ? 1'000 : 100'000;

generator<int, std::optional<int>, int> nested(int level, int& alive) {
  ++alive;
  scope_exit gone([&] { --alive; });
  if (level == 0) {
    auto sent = co_yield 1;
    co_return sent.value_or(0);
  }
  int result = co_yield from(nested(level - 1, alive));
  co_return result + 1;
}

TEST(generator_delegation, a_deep_chain_returns_throws_closes_and_dies_without_recursion) {
  int alive = 0;
  auto returning = primed(nested, depth, alive);
  EXPECT_EQ(alive, depth + 1);
  EXPECT_EQ(returning.send(5), std::nullopt);
  EXPECT_EQ(returning.result(), depth + 5);
  auto throwing = primed(nested, depth / 10, alive);
  EXPECT_THROW(throwing.throw_in(lunch_error("")), lunch_error);
  auto closing = primed(nested, depth / 10, alive);
  closing.close();
  {
    auto dying = primed(nested, depth, alive);
  }
  EXPECT_EQ(alive, 0);
}

}  // namespace
