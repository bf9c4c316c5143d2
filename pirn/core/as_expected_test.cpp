// as_expected: a failure as a value.
#include "pirn/core/as_expected.hpp"

#include <memory>
#include <stdexcept>
#include <system_error>

#include <gtest/gtest.h>

#include "pirn/core/completion.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

task<int> open_door(bool locked) {
  co_await yield_now();
  if (locked) throw std::system_error(EACCES, std::generic_category(), "open door");
  co_return 5;
}

TEST(as_expected, a_result_is_a_value) {
  run_virtual([]() -> task<> {
    std::expected<int, std::error_code> result = co_await as_expected(open_door(false));
    EXPECT_TRUE(result.has_value());
    EXPECT_EQ(result.value_or(0), 5);
  });
}

TEST(as_expected, a_system_error_is_its_code) {
  run_virtual([]() -> task<> {
    std::expected<int, std::error_code> result = co_await as_expected(open_door(true));
    EXPECT_FALSE(result.has_value());
    EXPECT_EQ(result.error(), std::errc::permission_denied);
  });
}

TEST(as_expected, gives_what_can_only_be_moved_and_nothing) {
  run_virtual([]() -> task<> {
    auto make = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
    auto made = co_await as_expected(make());
    EXPECT_EQ(**made, 3);
    auto nothing = co_await as_expected(to_task(sleep_for(1s)));
    EXPECT_TRUE(nothing.has_value());
  });
}

TEST(as_expected, takes_single_waits) {
  run_virtual([]() -> task<> {
    std::expected<void, std::error_code> slept = co_await as_expected(sleep_for(1s));
    EXPECT_TRUE(slept.has_value());
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(as_expected, other_errors_and_cancellation_pass) {
  run_virtual([]() -> task<> {
    bool caught = false;
    try {
      static_cast<void>(co_await as_expected([]() -> task<int> {
        co_await yield_now();
        throw std::out_of_range("spam");
      }()));
    } catch (const std::out_of_range&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
    auto cut_short = co_await move_on_after(1s, as_expected(sleep_for(9s)));
    EXPECT_FALSE(cut_short);
  });
}

}  // namespace
