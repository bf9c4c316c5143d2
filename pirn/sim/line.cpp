#include "pirn/sim/line.hpp"

#include <algorithm>

#include "pirn/sim/retransmission.hpp"

namespace pirn::sim {

namespace {

// Lomax's distribution of shape 1: it needs a division only, which every machine does alike.
duration draw_tail(duration median, random_source& random) noexcept {
  constexpr double longest = 1000;
  const double times = std::min(1 / (1 - random.uniform()) - 1, longest);
  return duration(static_cast<duration::rep>(static_cast<double>(median.count()) * times));
}

}  // namespace

time_point line::carry(time_point now, std::uint32_t size_bytes, random_source& random) noexcept {
  const time_point leaves = saturating_add(std::max(now, busy_until_), time_on_line(size_bytes));
  busy_until_ = leaves;
  time_point arrives = saturating_add(leaves, options_.latency);
  if (options_.jitter > duration::zero()) {
    const auto late = random.below(static_cast<std::uint64_t>(options_.jitter.count()) + 1);
    arrives = saturating_add(arrives, duration(static_cast<duration::rep>(late)));
  }
  if (options_.tail > duration::zero()) {
    arrives = saturating_add(arrives, draw_tail(options_.tail, random));
  }
  return arrives;
}

time_point line::carry_surely(time_point now, std::uint32_t size_bytes,
                              random_source& random) noexcept {
  const time_point arrives = carry(now, size_bytes, random);
  unsigned tries = 0;
  while (tries < retries_max && loses(random)) ++tries;
  return tries == 0 ? arrives : saturating_add(arrives, time_of_retry(tries));
}

duration line::time_on_line(std::uint32_t size_bytes) const noexcept {
  const std::uint64_t bandwidth = options_.bandwidth_bytes_per_second;
  if (bandwidth == 0) return duration::zero();
  const std::uint64_t byte_nanoseconds = std::uint64_t{size_bytes} * 1'000'000'000;
  return duration(static_cast<duration::rep>((byte_nanoseconds + bandwidth - 1) / bandwidth));
}

}  // namespace pirn::sim
