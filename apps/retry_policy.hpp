// retry_policy: which failures of a download may pass, and how long to wait for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "pirn/base/time.hpp"
#include "pirn/http/fields.hpp"
#include "pirn/http/status.hpp"

namespace pirn::apps {

/// The server answered, but not with what was asked for.
class status_error : public std::runtime_error {
 public:
  /// `retry_after`: what its Retry-After field comes to.
  status_error(http::status status, std::optional<std::chrono::seconds> retry_after);

  http::status status() const noexcept { return status_; }
  std::optional<std::chrono::seconds> retry_after() const noexcept { return retry_after_; }

 private:
  http::status status_;
  std::optional<std::chrono::seconds> retry_after_;
};

/// The file could not be stored: no fault of the network's, so nothing to try again.
class storage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct retry_policy {
  unsigned retries_max = 3;
  duration first_wait = std::chrono::milliseconds(250);  ///< doubled with each retry
  duration wait_max = std::chrono::seconds(60);          ///< more than a server may ask for
};

/// How long Retry-After says to wait: seconds, or a date. Never negative.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::sys_seconds now) noexcept;

/// Whether a failure may pass: time-outs, broken connections, bodies that were cut short, and the
/// statuses 408, 429, 500, 502, 503 and 504.
bool may_pass(const std::exception_ptr& error) noexcept;

/// How long to wait before the next attempt.
///
/// `attempt`: how many there were, at least one. `salt` spreads what fails together over time: the
/// wait is up to a quarter longer, the same for the same salt.
/// Returns: nullopt when there shall be none: the failure will not pass, or there were enough
///          attempts, or the server asks for too much patience.
std::optional<duration> wait_before_retry(const retry_policy& policy, unsigned attempt,
                                          const std::exception_ptr& error,
                                          std::string_view salt) noexcept;

}  // namespace pirn::apps
