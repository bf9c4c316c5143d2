// cancelled: what a wait throws when its scope was cancelled, and the errors around it.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace pirn {

/// Unwinds a cancelled task. Not a `std::exception`, so that `catch (const std::exception&)` lets
/// it pass; catch it only to clean up, and rethrow it. The scope that was cancelled swallows it.
class cancelled {};

/// Awaiting something that someone else cancelled: an ordinary error.
class future_cancelled : public std::runtime_error {
 public:
  future_cancelled() : std::runtime_error("the awaited work was cancelled") {}
  using std::runtime_error::runtime_error;
};

/// A deadline came first.
class timeout_error : public std::runtime_error {
 public:
  timeout_error() : std::runtime_error("timed out") {}
  using std::runtime_error::runtime_error;
};

/// Tasks wait, and nothing is left that could wake them; `what()` holds the task tree.
class deadlock_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The program was asked to stop (SIGINT), and has cleaned up.
class interrupted : public std::runtime_error {
 public:
  interrupted() : std::runtime_error("interrupted") {}
};

/// Whether `error` holds `cancelled`.
bool is_cancellation(const std::exception_ptr& error) noexcept;

}  // namespace pirn
