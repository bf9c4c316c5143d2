// call_slots: who may begin a call that was sent ahead: the worker, or nobody any more.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pirn::detail {

/// Words in memory that the pool and one worker share. Calls are sent to a worker ahead of time;
/// each has a number and, while it is on its way, a slot. It is begun, or taken back, by whoever
/// changes the slot first: so it is performed once at most, and a worker's death leaves no doubt
/// about which calls it had begun.
///
///     offered --begin(), the worker--> begun
///     offered --take_back(), the pool--> taken back; the worker will pass it over
///
/// Threads: the pool's side under the pool's lock; the worker's side in the other process.
class call_slots {
 public:
  static constexpr std::size_t count =
      32;  ///< numbers that are on their way at once differ by less
  static constexpr std::size_t size_bytes = count * sizeof(std::uint64_t);

  call_slots() = default;
  /// Requires: zeroed memory of size_bytes, aligned for words; it outlives this object.
  explicit call_slots(std::span<std::byte> memory) noexcept
      : words_(reinterpret_cast<std::uint64_t*>(memory.data())) {}

  // The pool's side.
  void offer(std::uint32_t number) noexcept { word(number).store(value(number, state::offered)); }
  /// Returns: false when the worker has begun it.
  bool take_back(std::uint32_t number) noexcept {
    return change(number, state::offered, state::taken_back);
  }
  bool was_begun(std::uint32_t number) const noexcept {
    return word(number).load() == value(number, state::begun);
  }

  // The worker's side.
  /// Returns: false when it was taken back.
  bool begin(std::uint32_t number) noexcept { return change(number, state::offered, state::begun); }

 private:
  enum class state : std::uint8_t { none, offered, begun, taken_back };

  static std::uint64_t value(std::uint32_t number, state how) noexcept {
    return (static_cast<std::uint64_t>(number) << 8) | static_cast<std::uint64_t>(how);
  }
  // The same word of memory is an atomic one to both processes: it is free of locks.
  std::atomic_ref<std::uint64_t> word(std::uint32_t number) const noexcept {
    static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free);
    return std::atomic_ref<std::uint64_t>(words_[number % count]);
  }
  // A slot that has another number by now is not changed.
  bool change(std::uint32_t number, state from, state to) noexcept {
    std::uint64_t expected = value(number, from);
    return word(number).compare_exchange_strong(expected, value(number, to));
  }

  std::uint64_t* words_ = nullptr;
};

}  // namespace pirn::detail
