// scope_guard: when guards act.
#include "pirn/base/scope_guard.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace {

using pirn::scope_exit;
using pirn::scope_fail;
using pirn::scope_success;

// What the three guards say about a scope left normally or by an exception, last guard first.
std::string trace_of(bool throws) {
  std::string trace;
  try {
    scope_exit always([&] { trace += "exit "; });
    scope_fail failed([&] { trace += "fail "; });
    scope_success succeeded([&] { trace += "success "; });
    if (throws) throw std::runtime_error("");
  } catch (const std::runtime_error&) {
    trace += "caught";
  }
  return trace;
}

TEST(scope_guard, a_scope_that_returns_runs_exit_and_success) {
  EXPECT_EQ(trace_of(false), "success exit ");
}

TEST(scope_guard, a_scope_that_throws_runs_exit_and_fail) {
  EXPECT_EQ(trace_of(true), "fail exit caught");
}

TEST(scope_guard, a_released_guard_does_nothing) {
  bool ran = false;
  {
    scope_exit guard([&] { ran = true; });
    guard.release();
  }
  EXPECT_FALSE(ran);
}

TEST(scope_guard, a_success_guard_may_throw) {
  auto scope = [] { scope_success guard([] { throw std::runtime_error("late"); }); };
  EXPECT_THROW(scope(), std::runtime_error);
}

TEST(scope_guard, a_scope_inside_a_destructor_that_runs_during_unwinding_counts_as_left_well) {
  struct cleaner {
    std::string& trace;
    ~cleaner() {
      scope_fail failed([this] { trace += "fail "; });
      scope_success succeeded([this] { trace += "success "; });
    }
  };
  std::string trace;
  try {
    cleaner clean{trace};
    throw std::runtime_error("");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(trace, "success ");
}

}  // namespace
