// fail_each: runs a program once for each call that it makes to its driver, and lets it fail.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <type_traits>

#include "pirn/run/run.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace pirn::testing {

struct fail_each_options {
  int error = 0;  ///< an errno: EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNRESET, EPIPE, ...
  driver_choice driver = driver_choice::virtual_time;
};
static_assert(std::is_trivially_copyable_v<fail_each_options>);

/// How one run of the program went.
struct failed_run {
  std::size_t call = 0;      ///< which call failed, counted from 1; 0: the run without a failure
  std::string what;          ///< what that call was: "accept", "send", ...
  std::exception_ptr error;  ///< what the program threw, or null: it went on

  /// The call and the error in words, for a test's message.
  std::string describe() const;
};

/// Lets each call that a program makes to its driver, or to a socket of it, fail in turn: runs it
/// once without a failure, then with the first call failing, the second, and so on, until a run
/// makes fewer calls. After each run calls `check`.
///
/// Returns: the number of runs.
/// Throws:  std::runtime_error that names the call when a run leaves anything behind, as
///          cancel_each_await(), or waits for what never comes: on virtual time a deadlock, on a
///          kernel's driver 20 s; what `check` throws. A program that spins, polling far more often
///          than without a failure, is stopped by an assertion.
std::size_t fail_each_call(const program_maker& make,
                           const std::function<void(const failed_run&)>& check,
                           fail_each_options options);

}  // namespace pirn::testing
