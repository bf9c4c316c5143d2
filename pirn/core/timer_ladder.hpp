// timer_ladder: where timers wait that are far off: buckets of time, finer the nearer they come.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pirn {

class timer_node;

namespace detail {

/// A timer with its moment beside it, so that ordering reads no node but to settle ties.
struct timer_entry {
  std::int64_t when;
  timer_node* node;
};

/// Timers that are later than some moment, sorted no further than they have to be.
///
/// A rung divides a stretch of time into buckets of equal width. The first bucket that holds
/// anything is taken out whole; one that holds too much becomes a rung of its own, with finer
/// buckets. What lies beyond the first rung is a heap of things without order, and becomes the
/// first rung when that one is used up.
///
/// Cost:   add and remove O(1); each timer is moved once a rung, of which there are few: an
///         amortised O(1) for moments that are spread at all evenly. 18 bytes a timer.
/// Source: the ladder queue (Tang, Goh and Thng, ACM TOMACS 15, 2005), with entries that can be
///         taken out.
class timer_ladder {
 public:
  static constexpr std::size_t bucket_entries = 16;                   ///< wished for in a bucket
  static constexpr std::uint32_t place_bit = std::uint32_t{1} << 31;  ///< in a node's place: here

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  /// Requires: the moment is not before the end of what was taken last.
  /// Returns:  where it is, for remove() and moment_at().
  /// Throws:   std::bad_alloc, with nothing changed.
  std::uint32_t add(timer_entry added);
  /// Adds what has come to be too much for whoever takes the first ones: moments up to `until`, all
  /// before those that are here.
  void add_earlier(std::span<const timer_entry> added, std::int64_t until);
  void remove(std::uint32_t slot) noexcept;
  std::int64_t moment_at(std::uint32_t slot) const noexcept { return at(slot).when; }

  /// Puts the entries that come first at the end of `into`; all others are later than them.
  /// Requires: not empty.
  /// Returns:  the last moment that is theirs: what is added up to it no longer belongs here.
  std::int64_t take_first(std::vector<timer_entry>& into);

 private:
  static constexpr std::uint32_t chunk_entries = 4;  // a cache line
  static constexpr std::uint32_t no_chunk = UINT32_MAX;
  static constexpr std::size_t bucket_max_entries = 64;  // a bucket with more is divided

  struct alignas(64) chunk {
    std::array<timer_entry, chunk_entries> entries;
  };
  /// A list of chunks, all of them full but the first.
  struct bucket {
    std::uint32_t first = no_chunk;
    std::uint32_t count = 0;
  };
  /// Buckets of 2^shift ticks, from `start` on.
  struct rung {
    std::int64_t start = 0;
    int shift = 0;
    std::size_t present = 0;  // those before it are used up
    std::vector<bucket> buckets;

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
  bucket& bucket_of(std::int64_t when) noexcept;
  std::uint32_t put(bucket& into, timer_entry added);
  void put_moved(bucket& into, timer_entry moved);
  std::uint32_t take_chunk();
  void drop_first_chunk(bucket& of) noexcept;
  template <class Use>
  void use_up(bucket& emptied, Use use);

  rung& add_rung();
  void divide_beyond();
  void divide(rung& coarse, std::size_t index);

  std::vector<chunk> chunks_;
  std::vector<std::uint32_t> next_;  // of each chunk: the next of its bucket, or of the free ones
  std::uint32_t free_ = no_chunk;
  std::vector<rung> rungs_;  // the finest last; those from depth_ on are kept for their memory
  std::size_t depth_ = 0;
  bucket beyond_;
  std::int64_t earliest_beyond_ = INT64_MAX;
  std::int64_t latest_beyond_ = INT64_MIN;
  std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace pirn
