// call_queue: the calls that came to a pool from outside, first come, first served.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "pirn/core/blocking_job.hpp"

namespace pirn::detail {

/// A growing ring of pointers to calls. It does not link the calls themselves: whoever takes a
/// share under the pool's lock touches none of them there, which another processor has just
/// written.
///
/// Threads: one at a time.
class call_queue {
 public:
  bool empty() const noexcept { return first_ == end_; }
  std::size_t size() const noexcept { return end_ - first_; }

  void push(blocking_job& call) {
    if (size() == room_) make_room();
    place(end_++) = &call;
  }
  /// Requires: it is not empty.
  blocking_job& pop() noexcept { return *place(first_++); }
  /// Takes `taken.size()` calls, of which there are as many.
  void pop(std::span<blocking_job*> taken) noexcept {
    for (blocking_job*& each : taken) each = &pop();
  }
  /// Takes the call out, if it is there. O(size).
  bool remove(const blocking_job& call) noexcept;

 private:
  blocking_job*& place(std::size_t number) const noexcept { return ring_[number & (room_ - 1)]; }
  void make_room();

  std::unique_ptr<blocking_job*[]> ring_;
  std::size_t room_ = 0;  // a power of two
  std::size_t first_ = 0;
  std::size_t end_ = 0;
};

}  // namespace pirn::detail
