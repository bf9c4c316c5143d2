// link: the way between two hosts: a line in each direction.
#pragma once

#include <cstdint>

#include "pirn/sim/line.hpp"

namespace pirn::sim {

/// The way between two hosts, shared by all that they say to each other.
class link {
 public:
  enum class direction : std::uint8_t { forth, back };

  explicit link(const link_options& options) noexcept : forth_(options), back_(options) {}

  line& operator[](direction way) noexcept { return way == direction::forth ? forth_ : back_; }

  /// Puts a packet on a line.
  /// Returns: when its last byte arrives.
  time_point carry(direction way, time_point now, std::uint32_t size_bytes,
                   random_source& random) noexcept {
    return (*this)[way].carry(now, size_bytes, random);
  }
  time_point arrival_of_feedback(time_point now) const noexcept {
    return forth_.arrival_of_feedback(now);
  }

 private:
  line forth_;
  line back_;
};

}  // namespace pirn::sim
