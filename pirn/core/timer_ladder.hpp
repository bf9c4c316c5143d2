// timer_ladder: where timers wait that are far off: buckets of time, finer the nearer they come.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pirn/core/timer_heap.hpp"

namespace pirn {

namespace detail {

/// Timers that are later than some moment, sorted no further than they have to be.
///
/// A rung divides a stretch of time into buckets of equal width. The first bucket that holds
/// anything is taken out whole; one that holds too much becomes a rung of its own, with finer
/// buckets. What lies beyond the first rung is a heap of things without order, and becomes the
/// first rung when that one is used up.
///
/// The youngest is kept apart, for most time-outs are taken out before the next one is set. Any
/// other that is taken out leaves a hole, which the next one added to its bucket fills: neither
/// its entry nor another timer, whose memory may be far away, is read.
///
/// Cost:   add and remove O(1), amortised; each timer is moved once a rung, of which there are few,
///         for moments that are spread at all evenly. 18 bytes a timer.
/// Source: the ladder queue (Tang, Goh and Thng, ACM TOMACS 15, 2005), with entries that can be
///         taken out.
class timer_ladder {
 public:
  static constexpr std::size_t bucket_entries = 16;                   ///< wished for in a bucket
  static constexpr std::uint32_t place_bit = std::uint32_t{1} << 31;  ///< in a node's place: here

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  /// Says in the node where it is: its slot and `place_bit`, and its bucket.
  /// Requires: the moment is not before the end of what was taken last.
  /// Throws:   std::bad_alloc, with nothing changed.
  void add(timer_entry added) {
    if (youngest_.node != nullptr) settle_youngest();
    youngest_ = added;
    added.node->place_ = place_bit | youngest_slot;
    ++size_;
  }
  /// Adds what has come to be too much for whoever takes the first ones: moments up to `until`, all
  /// before those that are here.
  void add_earlier(std::span<const timer_entry> added, std::int64_t until);
  void remove(std::uint32_t slot, std::uint32_t bucket_number) noexcept {
    --size_;
    if (slot == youngest_slot) {
      youngest_.node = nullptr;
    } else {
      remove_settled(slot, bucket_number);
    }
  }
  std::int64_t moment_at(std::uint32_t slot) const noexcept {
    return slot == youngest_slot ? youngest_.when : at(slot).when;
  }

  /// Puts the entries that come first at the end of `into`; all others are later than them.
  /// Requires: not empty.
  /// Returns:  the last moment that is theirs: what is added up to it no longer belongs here.
  std::int64_t take_first(std::vector<timer_entry>& into);

 private:
  static constexpr std::uint32_t chunk_entries = 4;  // a cache line
  static constexpr std::uint32_t no_chunk = UINT32_MAX;
  static constexpr std::uint32_t no_slot = UINT32_MAX;
  static constexpr std::uint32_t youngest_slot = place_bit - 2;  // not the unarmed's
  // A bucket's number: its rung and its index there.
  static constexpr int index_bits = 24;
  static constexpr std::size_t rung_buckets_max = std::size_t{1} << index_bits;
  static constexpr std::uint32_t beyond_number = UINT32_MAX;
  static constexpr std::size_t bucket_max_entries = 64;  // a bucket with more is divided

  struct alignas(64) chunk {
    std::array<timer_entry, chunk_entries> entries;
  };
  /// A list of chunks, all of them used up but the first. An entry without a node is a hole, whose
  /// moment is the slot of the next one.
  struct bucket {
    std::uint32_t first = no_chunk;
    std::uint32_t used = 0;    // slots, holes included
    std::uint32_t timers = 0;  // when it is 0 there are no holes either
    std::uint32_t hole = no_slot;
  };
  /// Buckets of 2^shift ticks, from `start` on.
  struct rung {
    std::int64_t start = 0;
    int shift = 0;
    std::size_t present = 0;  // those before it are used up
    std::vector<bucket> buckets;

    bool reaches(std::int64_t when) const noexcept { return index_of(when) < buckets.size(); }
    std::uint64_t index_of(std::int64_t when) const noexcept {
      return (static_cast<std::uint64_t>(when) - static_cast<std::uint64_t>(start)) >> shift;
    }
    std::int64_t last_moment_of(std::size_t index) const noexcept {
      const std::uint64_t last = ((static_cast<std::uint64_t>(index) + 1) << shift) - 1;
      const std::uint64_t room = INT64_MAX - static_cast<std::uint64_t>(start);
      return last < room ? static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + last)
                         : INT64_MAX;
    }
  };

  timer_entry& at(std::uint32_t slot) noexcept {
    return chunks_[slot / chunk_entries].entries[slot % chunk_entries];
  }
  const timer_entry& at(std::uint32_t slot) const noexcept {
    return chunks_[slot / chunk_entries].entries[slot % chunk_entries];
  }
  bucket& bucket_at(std::uint32_t number) noexcept {
    if (number == beyond_number) return beyond_;
    return rungs_[number >> index_bits].buckets[number & (rung_buckets_max - 1)];
  }
  void settle_youngest();
  void remove_settled(std::uint32_t slot, std::uint32_t bucket_number) noexcept;
  void put(bucket& into, std::uint32_t number, timer_entry added);
  void put(std::size_t level, timer_entry added);
  void begin_chunk(bucket& of);
  std::uint32_t take_chunk();
  void drop_first_chunk(bucket& of) noexcept;
  void drop_holes(bucket& emptied) noexcept;
  template <class Use>
  void use_up(bucket& emptied, Use use);

  void add_rung(std::int64_t start, int shift, std::size_t buckets);
  void drop_finest_rung() noexcept;
  void divide_beyond();
  void divide_finest(std::size_t index);

  std::vector<chunk> chunks_;
  std::vector<std::uint32_t> next_;  // of each chunk: the next of its bucket, or of the free ones
  std::uint32_t free_ = no_chunk;
  std::vector<rung> rungs_;  // the finest last; those from depth_ on are kept for their memory
  std::size_t depth_ = 0;
  std::int64_t rungs_until_ = INT64_MIN;  // what is later is beyond all rungs
  bucket beyond_;
  std::int64_t earliest_beyond_ = INT64_MAX;
  std::int64_t latest_beyond_ = INT64_MIN;
  timer_entry youngest_{0, nullptr};  // without a node: it is in a bucket, or gone
  std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace pirn
