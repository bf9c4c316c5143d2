// timer_node: what a timer queue has in it: something that happens at a moment.
#pragma once

#include <cstdint>

namespace pirn {

namespace detail {
class timer_heap;
class timer_ladder;
struct timer_entry;
}  // namespace detail

/// An entry of a timer queue; armed at most once at a time.
class timer_node {
 public:
  timer_node(timer_node&&) = delete;  // the queue points at it

  bool is_armed() const noexcept { return place_ != unarmed; }

 protected:
  /// Among timers of one moment the lower priority comes first.
  explicit timer_node(std::int16_t priority = 0) noexcept { set_priority(priority); }
  ~timer_node() = default;

  /// Requires: it is not armed.
  void set_priority(std::int16_t priority) noexcept {
    const auto biased = static_cast<std::uint64_t>(static_cast<std::int32_t>(priority) + 0x8000);
    order_ = biased << sequence_bits;
  }

 private:
  friend class timer_queue;
  friend class detail::timer_heap;
  friend class detail::timer_ladder;
  friend struct detail::timer_entry;
  static constexpr std::uint32_t unarmed = UINT32_MAX;
  static constexpr int sequence_bits = 48;  // they last nine years at a million timers a second

  /// The moment has come; the node is no longer armed. Must not resume a coroutine.
  virtual void fire() noexcept = 0;
  /// It will fire soon: may fetch what that touches into the cache.
  virtual void draw_near() const noexcept {}

  bool is_before(const timer_node& other) const noexcept { return order_ < other.order_; }
  void set_sequence(std::uint64_t sequence) noexcept {
    order_ = (order_ >> sequence_bits << sequence_bits) | sequence;
  }

  // Among equal moments: the priority in the upper bits, biased, so that unsigned order is signed
  // order, then the sequence.
  std::uint64_t order_;
  std::uint32_t place_ = unarmed;
  std::uint32_t bucket_;  // while it is in a ladder
};

}  // namespace pirn
