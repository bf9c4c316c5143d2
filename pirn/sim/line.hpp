// line: one direction of a way between two hosts: how long, how wide, and what goes wrong on it.
#pragma once

#include <cstdint>
#include <type_traits>

#include "pirn/base/random.hpp"
#include "pirn/base/time.hpp"

namespace pirn::sim {

/// What a way is like. A chance is a number from 0 to 1.
struct link_options {
  duration latency{};                            ///< one way
  duration jitter{};                             ///< at most so much more, drawn for each packet
  std::uint64_t bandwidth_bytes_per_second = 0;  ///< each way; 0: unlimited
  /// A heavy tail on top: half of the packets take at most so much more, one in a hundred takes 99
  /// times that, none over a thousand times.
  duration tail{};
  /// The chance, below 1, that a packet is lost. A datagram is gone then; a stream sends it again,
  /// so that its bytes come late.
  double loss = 0;
  double duplication = 0;  ///< the chance that a datagram comes twice
  double reordering = 0;   ///< the chance that a datagram is held back for `reordering_delay`
  duration reordering_delay = std::chrono::milliseconds(10);
};
static_assert(std::is_trivially_copyable_v<link_options>);

/// One direction of a way, shared by all that goes there: a packet waits until those before it have
/// left. Headers have no size.
class line {
 public:
  /// Why nothing gets through. What is cut off is lost; at a clog it waits.
  enum class obstacle : std::uint8_t { clog = 1, cut = 2, host_down = 4 };

  explicit line(const link_options& options) noexcept : options_(options) {}
  line(line&&) = delete;  // connections point at it

  const link_options& options() const noexcept { return options_; }
  /// Holds for what is put on the line from now on.
  void set_options(const link_options& options) noexcept { options_ = options; }

  bool is_open() const noexcept { return obstacles_ == 0; }
  bool is_blocked_by(obstacle what) const noexcept { return (obstacles_ & bit(what)) != 0; }
  /// Whether what is sent now is lost, however often it is sent.
  bool loses_all() const noexcept { return (obstacles_ & ~bit(obstacle::clog)) != 0; }
  void block(obstacle what) noexcept { obstacles_ |= bit(what); }
  void unblock(obstacle what) noexcept {
    obstacles_ = static_cast<std::uint8_t>(obstacles_ & ~bit(what));
  }

  /// Puts a packet on the line.
  /// Returns: when its last byte arrives, if it does.
  time_point carry(time_point now, std::uint32_t size_bytes, random_source& random) noexcept;
  /// The same for a stream's packet, which is sent again until it arrives.
  time_point carry_surely(time_point now, std::uint32_t size_bytes, random_source& random) noexcept;

  /// When an acknowledgement arrives: it has no size and waits for nothing, and where one is lost
  /// the next one says as much.
  time_point arrival_of_feedback(time_point now) const noexcept {
    return saturating_add(now, options_.latency);
  }

  /// Whether the packet in hand is lost, comes twice, is held back; each draws its own lot.
  bool loses(random_source& random) const noexcept { return happens(options_.loss, random); }
  bool doubles(random_source& random) const noexcept {
    return happens(options_.duplication, random);
  }
  bool holds_back(random_source& random) const noexcept {
    return happens(options_.reordering, random);
  }

 private:
  static constexpr std::uint8_t bit(obstacle what) noexcept {
    return static_cast<std::uint8_t>(what);
  }
  // What cannot happen draws no lot.
  static bool happens(double chance, random_source& random) noexcept {
    return chance > 0 && random.uniform() < chance;
  }
  duration time_on_line(std::uint32_t size_bytes) const noexcept;

  link_options options_;
  time_point busy_until_ = time_point::min();
  std::uint8_t obstacles_ = 0;
};

}  // namespace pirn::sim
