// request_heap: who waits for a resource, by rank.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pirn/base/time.hpp"
#include "pirn/core/wait.hpp"

namespace pirn::des::detail {

/// What decides who comes first: the lower rank.
/// Source: the key of SimPy's PriorityRequest, made unique.
struct request_rank {
  int priority = 0;
  time_point since{};        // of requests that may preempt, and those that may not
  bool is_patient = false;   // it does not preempt
  std::uint64_t number = 0;  // of equals the first to come is the first
  auto operator<=>(const request_rank&) const = default;
};

/// A heap of waits whose first is the one of the lowest rank.
///
/// Cost: O(log n); allocates only when it grows beyond its peak.
class request_heap {
 public:
  class place;

  request_heap() = default;
  request_heap(request_heap&&) = delete;  // places point at it
  ~request_heap();

  bool empty() const noexcept { return heap_.empty(); }
  std::size_t size() const noexcept { return heap_.size(); }
  /// Requires: not empty.
  place& first() const noexcept { return *heap_.front(); }

  /// Requires: the place is not in the heap.
  void add(place& request);
  /// Requires: the place is in the heap.
  void remove(place& request) noexcept;
  /// Takes a request out and makes its task ready.
  void wake(place& request) noexcept;
  void wake_first() noexcept { wake(first()); }

  std::uint64_t next_number() noexcept { return ++last_number_; }

 private:
  void put(std::size_t index, place& request) noexcept;
  void sift_up(std::size_t hole, place& request) noexcept;
  void sift_down(std::size_t hole, place& request) noexcept;

  std::vector<place*> heap_;
  std::uint64_t last_number_ = 0;
};

/// A request's place in the queue.
class request_heap::place : public wait_node {
 public:
  const request_rank& rank() const noexcept { return rank_; }
  bool is_queued() const noexcept { return index_ != nowhere; }

 protected:
  place(request_heap& queue, int priority) noexcept : queue_(queue), rank_{.priority = priority} {}
  ~place() {
    if (is_queued()) [[unlikely]]
      queue_.remove(*this);
  }

  void enqueue() {
    rank_.number = queue_.next_number();
    queue_.add(*this);
  }
  cancel_answer withdraw() noexcept override;

  request_heap& queue_;
  request_rank rank_;

 private:
  friend class request_heap;
  static constexpr std::size_t nowhere = SIZE_MAX;
  std::size_t index_ = nowhere;
};

}  // namespace pirn::des::detail
