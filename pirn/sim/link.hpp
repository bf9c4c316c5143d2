// link: the way between two hosts: how long it takes, and how much it carries.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "pirn/base/random.hpp"
#include "pirn/base/time.hpp"

namespace pirn::sim {

/// What a way is like, in both directions.
struct link_options {
  duration latency{};                            ///< one way
  duration jitter{};                             ///< at most so much more, drawn for each packet
  std::uint64_t bandwidth_bytes_per_second = 0;  ///< each way; 0: unlimited
};

/// The way between two hosts, shared by all that they say to each other: one line in each
/// direction, on which a packet waits until those before it have left. Headers have no size.
class link {
 public:
  enum class direction : std::uint8_t { forth, back };

  explicit link(const link_options& options) noexcept : options_(options) {
    busy_until_.fill(time_point::min());
  }

  /// Puts a packet on the line.
  /// Returns: when its last byte arrives.
  time_point carry(direction way, time_point now, std::uint32_t size_bytes,
                   random_source& random) noexcept {
    time_point& busy_until = busy_until_[static_cast<std::size_t>(way)];
    const time_point leaves = saturating_add(std::max(now, busy_until), time_on_line(size_bytes));
    busy_until = leaves;
    const time_point arrives = saturating_add(leaves, options_.latency);
    if (options_.jitter <= duration::zero()) return arrives;
    const auto late = random.below(static_cast<std::uint64_t>(options_.jitter.count()) + 1);
    return saturating_add(arrives, duration(static_cast<duration::rep>(late)));
  }

  /// When an acknowledgement arrives: it has no size and waits for nothing.
  time_point arrival_of_feedback(time_point now) const noexcept {
    return saturating_add(now, options_.latency);
  }

  const link_options& options() const noexcept { return options_; }

 private:
  duration time_on_line(std::uint32_t size_bytes) const noexcept {
    const std::uint64_t bandwidth = options_.bandwidth_bytes_per_second;
    if (bandwidth == 0) return duration::zero();
    const std::uint64_t byte_nanoseconds = std::uint64_t{size_bytes} * 1'000'000'000;
    return duration(static_cast<duration::rep>((byte_nanoseconds + bandwidth - 1) / bandwidth));
  }

  link_options options_;
  std::array<time_point, 2> busy_until_;
};

}  // namespace pirn::sim
