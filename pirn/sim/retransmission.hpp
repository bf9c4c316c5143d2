// retransmission: when TCP sends again what nobody acknowledged, and when it gives up.
#pragma once

#include <algorithm>

#include "pirn/base/time.hpp"

namespace pirn::sim {

/// Linux's: 200 ms at first (TCP_RTO_MIN), twice as long each time, up to two minutes; after 15
/// tries in vain (tcp_retries2) the connection is broken, 924.6 s after the first packet.
inline constexpr duration first_timeout = std::chrono::milliseconds(200);
inline constexpr duration timeout_max = std::chrono::seconds(120);
inline constexpr unsigned retries_max = 15;

/// How long after the first try the retry of that number is made; at 0, the first try itself.
constexpr duration time_of_retry(unsigned number) noexcept {
  duration after{};
  duration timeout = first_timeout;
  for (; number > 0; --number) {
    after += timeout;
    timeout = std::min(2 * timeout, timeout_max);
  }
  return after;
}

/// How long after the first try a connection is given up.
inline constexpr duration patience = time_of_retry(retries_max) + timeout_max;

/// How long it is, `waited` after the first try, to the next one.
constexpr duration until_next_retry(duration waited) noexcept {
  unsigned number = 0;
  while (time_of_retry(number) < waited) ++number;
  return time_of_retry(number) - waited;
}

}  // namespace pirn::sim
