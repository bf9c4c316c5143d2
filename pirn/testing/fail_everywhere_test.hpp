// fail_everywhere_test: programs whose every call fails once, and what may come of it.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/testing/fail_each.hpp"

namespace pirn::testing {

/// What a system may answer that is short of something, or whose peer is gone.
inline constexpr std::array shortages{EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNRESET, EPIPE};

/// Whether each error says what was attempted ("read from 127.0.0.1:80: Connection reset by peer").
inline bool names_its_operation(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const exception_group& group) {
    for (const std::exception_ptr& each : group.exceptions()) {
      if (!names_its_operation(each)) return false;
    }
    return true;
  } catch (const std::exception& each) {
    const std::string text = each.what();
    return text.find(' ') < text.find(": ") && text.find(": ") != std::string::npos;
  } catch (...) {
    return false;
  }
}

/// Lets each call of the program fail with each shortage (on a kernel's driver, where time is real,
/// and under sanitizers with two of them): it goes on, or ends with an error that names its
/// operation.
inline void fail_everywhere(driver_choice driver, const program_maker& make) {
  const bool has_time = driver == driver_choice::virtual_time && !pirn::detail::sanitized;
  for (const int error : shortages) {
    if (!has_time && error != EMFILE && error != ENOBUFS) continue;
    const auto check = [](const failed_run& run) {
      const bool is_well = !run.error || (run.call > 0 && names_its_operation(run.error));
      EXPECT_TRUE(is_well) << run.describe();
    };
    const std::size_t runs = fail_each_call(make, check, {.error = error, .driver = driver});
    EXPECT_GT(runs, 3U);
  }
}

}  // namespace pirn::testing
