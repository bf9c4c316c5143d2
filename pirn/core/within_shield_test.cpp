// within: shields and clean-up.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using strings = std::vector<std::string>;

task<int> number_after(duration delay, int number) {
  co_await sleep_for(delay);
  co_return number;
}

TEST(shield, gives_the_result) {
  run_virtual([]() -> task<> {
    int value = co_await shield(number_after(1s, 42));
    EXPECT_EQ(value, 42);
    completion<int> there;
    there.set_value(43);
    int shortcut = co_await shield(there.wait());
    EXPECT_EQ(shortcut, 43);
  });
}

TEST(shield, errors_pass) {
  run_virtual([]() -> task<> {
    bool caught = false;
    try {
      co_await shield([]() -> task<> {
        co_await yield_now();
        throw std::runtime_error("expected");
      }());
    } catch (const std::runtime_error&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
  });
}

TEST(shield, the_awaiter_stays_until_the_work_has_ended_and_then_is_cancelled) {
  run_virtual([]() -> task<> {
    strings trace;
    auto inner = [&]() -> task<> {
      co_await sleep_for(2s);
      trace.push_back("inner ended");
    };
    auto outer = [&]() -> task<> {
      co_await shield(inner());
      trace.push_back("after the shield");
      co_await yield_now();
      trace.push_back("never");
    };
    bool finished = co_await move_on_after(1s, outer());
    EXPECT_FALSE(finished);
    EXPECT_EQ(trace, (strings{"inner ended", "after the shield"}));
    EXPECT_EQ(now(), time_point(2s));
  });
}

TEST(shield, what_runs_inside_may_still_be_cancelled_by_itself) {
  run_virtual([]() -> task<> {
    bool finished = true;
    co_await shield(
        [](bool& done) -> task<> { done = co_await move_on_after(1s, sleep_for(10s)); }(finished));
    EXPECT_FALSE(finished);
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(shield, shields_nest) {
  run_virtual([]() -> task<> {
    bool ended = false;
    auto inner = [&]() -> task<> {
      co_await sleep_for(2s);
      ended = true;
    };
    co_await move_on_after(1s, shield(shield(inner())));
    EXPECT_TRUE(ended);
  });
}

task<> fail(const char* text) {
  co_await yield_now();
  throw std::runtime_error(text);
}

TEST(finally, runs_the_clean_up_after_a_result_an_error_and_a_cancel) {
  run_virtual([]() -> task<> {
    int cleaned = 0;
    auto clean = [&]() -> task<> {
      co_await sleep_for(1s);
      ++cleaned;
    };
    int value = co_await finally(number_after(1s, 3), clean());
    EXPECT_EQ(value, 3);
    EXPECT_EQ(cleaned, 1);
    bool caught = false;
    try {
      co_await finally(fail("body"), clean());
    } catch (const std::runtime_error&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
    EXPECT_EQ(cleaned, 2);
    auto cut_short = co_await move_on_after(1s, finally(number_after(10s, 3), clean()));
    EXPECT_FALSE(cut_short);
    EXPECT_EQ(cleaned, 3);
  });
}

TEST(finally, the_clean_up_has_its_grace_and_no_more) {
  run_virtual([]() -> task<> {
    bool cleaned = false;
    auto clean = [&]() -> task<> {
      co_await sleep_for(10s);
      cleaned = true;
    };
    co_await finally(to_task(sleep_for(1s)), clean(), 2s);
    EXPECT_FALSE(cleaned);
    EXPECT_EQ(now(), time_point(3s));
  });
}

TEST(finally, an_error_of_the_clean_up_takes_the_place_of_the_bodys) {
  run_virtual([]() -> task<> {
    std::string message;
    try {
      co_await finally(fail("body"), fail("clean-up"));
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "clean-up");
  });
}

}  // namespace
