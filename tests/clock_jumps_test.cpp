// A wall clock that jumps moves no timer: this program's calendar leaps a year at every look, back
// and forth, and all waits take the time that they should.
#include <chrono>
#include <ctime>

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

constexpr long year_s = 365L * 24 * 3600;
int looks = 0;

/// Seconds to add to the calendar's now.
long leap() {
  return ++looks % 2 == 0 ? year_s : -year_s;
}

}  // namespace

// In place of the C library's, for all of this program.
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long result = ::syscall(SYS_clock_gettime, clock, now);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += leap();
  return static_cast<int>(result);
}

extern "C" int gettimeofday(timeval* __restrict now, void* __restrict zone) noexcept {
  const long result = ::syscall(SYS_gettimeofday, now, zone);
  now->tv_sec += leap();
  return static_cast<int>(result);
}

namespace {

using namespace std::chrono_literals;
using namespace pirn;

class clock_jumps_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, clock_jumps_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST(clock_jumps, the_calendar_of_this_program_leaps) {
  const auto first = std::chrono::system_clock::now();
  const auto second = std::chrono::system_clock::now();
  EXPECT_GT(std::chrono::abs(second - first), std::chrono::days(300));
}

TEST_P(clock_jumps_test, waits_and_time_outs_take_their_time) {
  on_loop([]() -> task<> {
    const time_point begun = now();
    for (int i = 0; i < 5; ++i) {
      static_cast<void>(std::chrono::system_clock::now());
      co_await sleep_for(2ms);
    }
    net::both_ends ends = co_await net::connected();
    const auto nothing = co_await move_on_after(5ms, ends.client.read());
    EXPECT_FALSE(nothing);
    const duration taken = now() - begun;
    EXPECT_GE(taken, duration(15ms));
    EXPECT_LT(taken, duration(15s));
  });
}

}  // namespace
