// generator: exceptions thrown in, closing, states.
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/generator.hpp"

namespace {

using pirn::generator;
using pirn::generator_exit;
using pirn::generator_state;
using pirn::scope_exit;

// Goes on after std::invalid_argument, closes on anything else.
generator<std::string, std::optional<int>> resilient() {
  std::string last = "start";
  for (;;) {
    try {
      std::optional<int> sent = co_yield last;
      last = sent ? std::to_string(*sent) : "nothing";
    } catch (const std::invalid_argument& error) {
      last = std::string("caught ") + error.what();
    }
  }
}

// ---- throw_in ----

TEST(generator_throw, the_body_may_catch_at_the_yield_and_go_on) {
  auto steps = resilient();
  steps.next();
  EXPECT_EQ(steps.throw_in(std::invalid_argument("xyz")), "caught xyz");
  EXPECT_EQ(steps.send(1), "1");
}

TEST(generator_throw, an_exception_pointer_keeps_the_object) {
  auto body = [](const void*& seen) -> generator<int> {
    try {
      co_yield 1;
    } catch (const std::exception& error) {
      seen = &error;
      throw;
    }
  };
  const void* seen = nullptr;
  auto steps = body(seen);
  steps.next();
  const auto thrown = std::make_exception_ptr(std::runtime_error("here"));
  try {
    steps.throw_in(thrown);
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_EQ(seen, &error);
    EXPECT_EQ(std::current_exception(), thrown);
  }
}

TEST(generator_throw, anything_can_be_thrown_in) {
  auto steps = resilient();
  steps.next();
  EXPECT_THROW(steps.throw_in(42), int);
  EXPECT_EQ(steps.state(), generator_state::closed);
}

TEST(generator_throw, what_the_body_does_not_catch_comes_out_and_closes) {
  auto steps = resilient();
  steps.next();
  EXPECT_THROW(steps.throw_in(std::domain_error("")), std::domain_error);
  EXPECT_EQ(steps.state(), generator_state::closed);
  EXPECT_EQ(steps.send(2), std::nullopt);
}

TEST(generator_throw, into_a_closed_one_throws_at_once) {
  auto steps = resilient();
  steps.close();
  EXPECT_THROW(steps.throw_in(std::invalid_argument("6")), std::invalid_argument);
}

TEST(generator_throw, into_one_that_has_not_started_throws_at_once_and_closes) {
  auto steps = resilient();
  EXPECT_THROW(steps.throw_in(std::invalid_argument("7")), std::invalid_argument);
  EXPECT_EQ(steps.state(), generator_state::closed);
  EXPECT_EQ(steps.next(), std::nullopt);
}

TEST(generator_throw, a_body_that_returns_on_it_ends_without_an_error) {
  auto body = []() -> generator<int, void, std::string> {
    try {
      co_yield 1;
    } catch (const std::runtime_error&) {
    }
    co_return "saved";
  };
  auto steps = body();
  steps.next();
  EXPECT_EQ(steps.throw_in(std::runtime_error("")), std::nullopt);
  EXPECT_EQ(steps.result(), "saved");
}

TEST(generator_throw, the_body_may_answer_with_another_exception) {
  auto body = []() -> generator<int> {
    try {
      throw std::out_of_range("handled before the yield");
    } catch (const std::out_of_range&) {
    }
    try {
      co_yield 1;
    } catch (const std::invalid_argument&) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  };
  auto steps = body();
  steps.next();
  try {
    steps.throw_in(std::invalid_argument("inner"));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "outer");
    EXPECT_THROW(std::rethrow_if_nested(error), std::invalid_argument);
  }
}

TEST(generator_throw, an_exception_being_handled_by_the_caller_is_the_callers_alone) {
  auto body = [](std::vector<bool>& handling) -> generator<int> {
    for (;;) {
      handling.push_back(std::current_exception() != nullptr);
      try {
        co_yield 1;
      } catch (const std::invalid_argument&) {
        handling.push_back(std::current_exception() != nullptr);
      }
    }
  };
  std::vector<bool> handling;
  auto steps = body(handling);
  steps.next();
  try {
    throw std::runtime_error("the caller's");
  } catch (const std::runtime_error&) {
    steps.next();
  }
  steps.throw_in(std::invalid_argument(""));
  EXPECT_EQ(handling, (std::vector{false, true, true, false}));
  EXPECT_EQ(std::current_exception(), nullptr);
}

TEST(generator_throw, into_a_running_one_is_generator_busy) {
  generator<int>* self = nullptr;
  auto body = [](generator<int>*& me) -> generator<int> {
    EXPECT_THROW(me->throw_in(1), pirn::generator_busy);
    EXPECT_THROW(me->close(), pirn::generator_busy);
    EXPECT_THROW(me->next(), pirn::generator_busy);
    co_yield 1;
  };
  auto steps = body(self);
  self = &steps;
  EXPECT_EQ(steps.next(), 1);
}

// ---- close ----

TEST(generator_close, raises_generator_exit_at_the_yield) {
  std::string trace;
  auto body = [](std::string& out) -> generator<int> {
    try {
      co_yield 1;
    } catch (const generator_exit&) {
      out += "exiting";
    }
  };
  auto steps = body(trace);
  steps.next();
  steps.close();
  EXPECT_EQ(trace, "exiting");
  steps.close();
  EXPECT_EQ(trace, "exiting");
}

TEST(generator_close, lets_generator_exit_pass_as_a_normal_end) {
  bool cleaned = false;
  auto body = [](bool& done) -> generator<int> {
    scope_exit clean([&] { done = true; });
    co_yield 1;
  };
  auto steps = body(cleaned);
  steps.next();
  EXPECT_NO_THROW(steps.close());
  EXPECT_TRUE(cleaned);
  EXPECT_EQ(steps.state(), generator_state::closed);
}

TEST(generator_close, generator_exit_is_no_std_exception) {
  std::string trace;
  auto body = [](std::string& out) -> generator<int> {
    scope_exit finally([&] { out += "finally"; });
    try {
      co_yield 1;
    } catch (const std::exception&) {
      out += "except ";
    }
  };
  auto steps = body(trace);
  steps.next();
  steps.close();
  EXPECT_EQ(trace, "finally");
}

TEST(generator_close, one_that_has_not_started_never_runs_and_lets_go_of_its_arguments) {
  auto held = std::make_shared<int>(1);
  auto body = [](std::shared_ptr<int> argument) -> generator<int> { co_yield *argument; };
  auto steps = body(held);
  EXPECT_EQ(held.use_count(), 2);
  steps.close();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(steps.next(), std::nullopt);
}

TEST(generator_close, a_body_that_yields_instead_is_an_error_and_stays_suspended) {
  auto body = []() -> generator<std::string> {
    bool exiting = false;
    try {
      co_yield "first";
    } catch (const generator_exit&) {
      exiting = true;
    }
    if (exiting) co_yield "ignored";
  };
  auto steps = body();
  steps.next();
  try {
    steps.close();
    FAIL();
  } catch (const pirn::generator_ignored_exit& error) {
    EXPECT_STREQ(error.what(), "generator ignored generator_exit");
  }
  EXPECT_EQ(steps.state(), generator_state::suspended);
  steps.close();
  EXPECT_EQ(steps.state(), generator_state::closed);
}

TEST(generator_close, passes_on_what_the_clean_up_throws) {
  auto body = []() -> generator<int> {
    try {
      co_yield 1;
    } catch (const generator_exit&) {
      throw std::logic_error("fie!");
    }
  };
  auto steps = body();
  steps.next();
  EXPECT_THROW(steps.close(), std::logic_error);
  EXPECT_EQ(steps.state(), generator_state::closed);
  EXPECT_NO_THROW(steps.close());
}

TEST(generator_close, thrown_in_generator_exit_is_an_ordinary_exception) {
  auto body = [](bool goes_on) -> generator<std::string> {
    try {
      co_yield "first";
    } catch (const generator_exit&) {
      if (!goes_on) throw;
    }
    co_yield "second";
  };
  auto passing = body(false);
  passing.next();
  EXPECT_THROW(passing.throw_in(generator_exit()), generator_exit);
  auto stubborn = body(true);
  stubborn.next();
  EXPECT_EQ(stubborn.throw_in(generator_exit()), "second");
}

// ---- states ----

TEST(generator_state, goes_from_created_through_running_and_suspended_to_closed) {
  generator<generator_state>* self = nullptr;
  auto body = [](generator<generator_state>*& me) -> generator<generator_state> {
    co_yield me->state();
  };
  auto steps = body(self);
  self = &steps;
  EXPECT_EQ(steps.state(), generator_state::created);
  EXPECT_EQ(steps.next(), generator_state::running);
  EXPECT_EQ(steps.state(), generator_state::suspended);
  EXPECT_EQ(steps.next(), std::nullopt);
  EXPECT_EQ(steps.state(), generator_state::closed);
}

TEST(generator_state, destroying_a_running_generator_is_a_bug) {
  std::unique_ptr<generator<int>> self;
  auto body = [](std::unique_ptr<generator<int>>& me) -> generator<int> {
    me.reset();
    co_yield 1;
  };
  self = std::make_unique<generator<int>>(body(self));
  EXPECT_DEATH(self->next(), "destroyed while it runs");
}

}  // namespace
