// crash_at_end: a scenario fails while programs point at its variables.
#include "pirn/world/crash_at_end.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/sleep.hpp"

namespace pirn {

namespace {
using namespace std::chrono_literals;
}  // namespace

TEST(crash_at_end, ends_programs_before_what_they_point_at_when_a_scenario_throws) {
  struct counter {
    int* running;
    explicit counter(int* of) : running(of) { ++*running; }
    ~counter() { --*running; }
  };
  auto wait_for_ever = [](int* running) -> task<> {
    const counter here(running);
    co_await sleep_until(never);
  };
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  int left = -1;
  const auto scenario = [&] {
    int running = 0;
    const scope_exit note([&] { left = running; });
    const crash_at_end guard(w);
    one.run(wait_for_ever, &running);
    w.run_for(1s);
    EXPECT_EQ(running, 1);
    throw std::runtime_error("a check");
  };
  EXPECT_THROW(scenario(), std::runtime_error);
  EXPECT_EQ(left, 0);
  EXPECT_FALSE(one.is_up());
}

}  // namespace pirn
