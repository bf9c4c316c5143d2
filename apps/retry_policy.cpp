#include "retry_policy.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fmt/core.h>
#include <netdb.h>

#include "pirn/base/hash.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/http/date.hpp"
#include "pirn/http/error.hpp"
#include "pirn/http/syntax.hpp"
#include "pirn/tls/error.hpp"

namespace pirn::apps {

namespace {

std::string describe(http::status status, std::optional<std::chrono::seconds> retry_after) {
  std::string text = fmt::format("{} {}", http::to_int(status), http::reason(status));
  if (text.ends_with(' ')) text.pop_back();
  if (retry_after) text += fmt::format(", asks to come back in {} s", retry_after->count());
  return text;
}

bool may_pass(http::status status) noexcept {
  switch (status) {
    case http::status::request_timeout:
    case http::status::too_many_requests:
    case http::status::internal_server_error:
    case http::status::bad_gateway:
    case http::status::service_unavailable:
    case http::status::gateway_timeout:
      return true;
    default:
      return false;
  }
}

// Of the system's errors, those that lie in the connection; of the protocol's, only a cut.
bool may_pass(const std::error_code& code) noexcept {
  if (code.category() == http::error_category()) return code == http::errc::cut_short;
  if (code.category() == tls::error_category()) return code == tls::errc::truncated;
  if (code.category() != std::generic_category()) return code.value() == EAI_AGAIN;
  switch (code.value()) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return true;
    default:
      return false;
  }
}

std::optional<std::chrono::seconds> asked_patience(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const status_error& refused) {
    return refused.retry_after();
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace

status_error::status_error(http::status status, std::optional<std::chrono::seconds> retry_after)
    : std::runtime_error(describe(status, retry_after)),
      status_(status),
      retry_after_(retry_after) {}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::sys_seconds now) noexcept {
  constexpr std::uint64_t century_s = 100ULL * 365 * 24 * 3600;
  if (const auto number = http::detail::parse_number(value)) {
    return std::chrono::seconds(std::min(*number, century_s));
  }
  const auto date = http::parse_date(value, now);
  if (!date) return std::nullopt;
  return std::max(*date - now, std::chrono::seconds::zero());
}

bool may_pass(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const status_error& refused) {
    return may_pass(refused.status());
  } catch (const timeout_error&) {
    return true;
  } catch (const std::system_error& failed) {
    return may_pass(failed.code());
  } catch (...) {
    return false;
  }
}

std::optional<duration> wait_before_retry(const retry_policy& policy, unsigned attempt,
                                          const std::exception_ptr& error,
                                          std::string_view salt) noexcept {
  if (attempt > policy.retries_max || !may_pass(error)) return std::nullopt;
  const std::optional<std::chrono::seconds> asked = asked_patience(error);
  if (asked && *asked > policy.wait_max) return std::nullopt;
  constexpr unsigned doublings_max = 30;
  const auto doubled =
      std::chrono::duration<double, std::nano>(policy.first_wait) *
      static_cast<double>(std::uint64_t{1} << std::min(attempt - 1, doublings_max));
  running_hash hash;
  hash.add(salt);
  hash.add(attempt);
  constexpr std::uint64_t steps = 1024;
  const double longer = 1 + 0.25 * static_cast<double>(hash.value() % steps) / steps;
  const auto limit = std::chrono::duration<double, std::nano>(policy.wait_max);
  const auto backoff = std::chrono::duration_cast<duration>(std::min(doubled * longer, limit));
  return std::max(backoff, asked ? duration(*asked) : duration::zero());
}

}  // namespace pirn::apps
