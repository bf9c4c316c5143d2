// call_lanes: the ways into a pool for threads outside, one for each of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "pirn/base/compiler.hpp"
#include "pirn/core/blocking_job.hpp"
#include "pirn/exec/work_queue.hpp"
#include "pirn/platform/barrier.hpp"

namespace pirn::detail {

/// One thread's way into one pool.
struct call_lane {
  work_queue<blocking_job> calls;
  std::atomic<bool> is_entering{false};  // its thread is about to add a call
  std::atomic<bool> is_taken{true};      // by a thread that has not ended
  call_lane* next = nullptr;             // a lane, once there, stays to the end
};

struct used_lane {
  std::uint64_t lanes = 0;  // their number
  call_lane* lane = nullptr;
};

/// Each thread adds calls to a queue of its own, as if it were alone: no lock, and no line of
/// memory that two submitters write. Workers take from all of them.
///
/// The lanes can be shut. Who adds says that it is about to, and then looks whether they are; who
/// shuts them says so, and then waits for those who were about to. Between the two steps one passes
/// the light barrier and the other the heavy one, so at least one of them sees the other.
///
/// A look goes through all lanes there are, so there are not many: a thread that comes while all
/// are taken has none, and the lane of one that ends is another's.
///
/// Threads: any.
class call_lanes {
 public:
  static constexpr std::size_t lanes_max = 64;

  call_lanes();
  call_lanes(call_lanes&&) = delete;  // threads remember it by its number

  /// Adds a call to this thread's lane.
  /// Returns: false when the lanes are shut, or the thread has none: from its first call on, or
  ///          since it is ending.
  /// Throws:  std::bad_alloc.
  bool add(blocking_job& call) {
    call_lane* lane = last_used_.lanes == number_ ? last_used_.lane : find_lane();
    if (lane == nullptr) return false;
    const entrance here(*lane);
    light_barrier(asymmetric_);
    if (are_shut_.load(std::memory_order_relaxed)) return false;
    lane->calls.push(call);
    return true;
  }

  /// Nothing is added from now on; what was added is seen by everybody who is told so.
  void shut() noexcept;

  /// Takes calls from one lane, what one of so many `sharers` gets: from the first that has any
  /// after `last`, which it becomes. So each lane has its turn.
  /// Returns: how many.
  std::size_t take(std::span<blocking_job*> to, std::size_t sharers, call_lane*& last) noexcept;
  bool look_empty() const noexcept;
  std::size_t size() const noexcept;

 private:
  /// Says that the thread is about to add, and that it has.
  class entrance {
   public:
    explicit entrance(call_lane& lane) noexcept : lane_(lane) {
      lane_.is_entering.store(true, std::memory_order_relaxed);  // a barrier follows
    }
    entrance(entrance&&) = delete;  // said for a scope
    ~entrance() {
      lane_.is_entering.store(false, std::memory_order_release);  // pairs with shut(): the call
    }

   private:
    call_lane& lane_;
  };

  /// The lanes of a thread: given back when it ends.
  struct lanes_of_thread;

  [[gnu::cold, gnu::noinline]] call_lane* find_lane();
  std::shared_ptr<call_lane> take_or_make_lane();

  const std::uint64_t number_;  // no other lanes of this process have, or had, the same
  const bool asymmetric_ = has_asymmetric_barrier();
  std::atomic<bool> are_shut_{false};
  // Written under the mutex, with release: who looks, with acquire, sees a whole lane.
  std::atomic<call_lane*> first_{nullptr};
  std::mutex mutex_;
  std::vector<std::shared_ptr<call_lane>> all_;  // under the mutex
  // What a thread without a lane has: it points nowhere, but can be counted.
  const std::shared_ptr<call_lane> none_{std::make_shared<bool>(), nullptr};

  static constinit inline thread_local used_lane last_used_;
};

}  // namespace pirn::detail
