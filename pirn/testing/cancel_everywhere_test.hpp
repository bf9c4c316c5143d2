// cancel_everywhere_test: programs of two ends, cancelled whole and each task by itself.
#pragma once

#include <cstddef>
#include <exception>
#include <system_error>

#include <gtest/gtest.h>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/io/buffered_reader.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace pirn::testing {

/// Whether it is what an end may see when its peer is cancelled: an error of the network, too few
/// bytes, or that a task it waited for was cancelled. A time-out or a deadlock is not.
inline bool is_end_of_a_peer(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const exception_group& group) {
    for (const std::exception_ptr& each : group.exceptions()) {
      if (!is_end_of_a_peer(each)) return false;
    }
    return true;
  } catch (const std::system_error&) {
    return true;
  } catch (const io::incomplete_read&) {
    return true;
  } catch (const future_cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// Cancels the program as a whole at each of its suspensions: it must end as cancelled.
inline void cancel_whole(driver_choice driver, const program_maker& make) {
  std::size_t not_cancelled = 0;
  const auto check = [&](const cancelled_run& run) {
    if (!run.was_cancelled) ++not_cancelled;
    if (run.point > 0 && run.error && is_end_of_a_peer(run.error)) return;  // an end saw the other
    EXPECT_FALSE(run.error) << run.describe();
  };
  const std::size_t runs = cancel_each_await(make, check, {.driver = driver});
  EXPECT_GT(runs, 3U);
  EXPECT_LT(not_cancelled, runs / 2 + 3) << "of " << runs << " runs";
}

/// The same, and then cancels each of its tasks by itself: its peer must come to an end.
inline void cancel_everywhere(driver_choice driver, const program_maker& make) {
  cancel_whole(driver, make);
  const auto check = [](const cancelled_run& run) {
    if (run.point > 0 && run.error && is_end_of_a_peer(run.error)) return;
    EXPECT_FALSE(run.error) << run.describe();
  };
  cancel_each_await(make, check, {.target = cancel_target::suspended_task, .driver = driver});
}

}  // namespace pirn::testing
