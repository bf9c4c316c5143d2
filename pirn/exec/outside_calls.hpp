// outside_calls: what threads outside have submitted to a pool and no worker has taken, and the end
// of that.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <string>

#include "pirn/core/blocking_job.hpp"
#include "pirn/exec/call_lanes.hpp"
#include "pirn/exec/call_queue.hpp"

namespace pirn::detail {

/// What to do about a call when as many wait as may.
enum class when_full : std::uint8_t { wait, refuse, add };

/// Where a worker took calls: where it looks next depends on it, so that each place has its turn.
struct call_source {
  bool was_queue = false;
  call_lane* lane = nullptr;  // the last one
};

/// Where calls wait: in the lanes of their threads, or in one queue: where their order or their
/// number matters, and from threads that have no lane. Open, then closed: nothing is added any
/// more; and, apart from that, abandoned: what waits is not to be made.
///
/// Threads: any.
class outside_calls {
 public:
  /// `pool` is for errors. At most `max` calls wait, unless it is 0.
  outside_calls(std::string pool, std::size_t max) : pool_(std::move(pool)), max_(max) {}
  outside_calls(outside_calls&&) = delete;  // threads wait in it

  const std::string& pool() const noexcept { return pool_; }

  /// Adds a call to this thread's lane.
  /// Returns: false when it has to go to the queue.
  /// Throws:  as refuse_if_closed() does.
  bool add_to_lane(blocking_job& call);
  /// Returns: false when there is no room.
  /// Throws:  as refuse_if_closed() does; std::logic_error where waiting for room would stop a
  /// loop.
  bool add_to_queue(blocking_job& call, when_full full);
  /// Takes back a call that is in the queue.
  bool take_back(const blocking_job& call) noexcept;

  /// Takes calls: what one of so many `sharers` gets of what waits in one place, another one than
  /// the `last` if there is any.
  /// Returns: how many.
  std::size_t take(std::span<blocking_job*> to, std::size_t sharers, call_source& last) noexcept;

  bool look_empty() const noexcept { return queued_.load() == 0 && lanes_.look_empty(); }
  std::size_t size() const noexcept { return queued_.load() + lanes_.size(); }

  /// Lets nobody add any more.
  void close() noexcept;
  /// Whether it is closed, and who looks now finds all that was added.
  bool is_complete() const noexcept { return stage_.load() == stage::complete; }

  /// From now on calls are told `why` they cannot be made; null: they are cancelled.
  void abandon(std::exception_ptr why) noexcept;
  /// To be asked before a call is made.
  bool is_abandoned() const noexcept {
    return abandoned_.load(std::memory_order_acquire);  // pairs with abandon(): the reason
  }
  /// Requires: is_abandoned().
  const std::exception_ptr& abandoned_because() const noexcept { return because_; }

  /// Throws: std::runtime_error when it is closed; why it was abandoned.
  void refuse_if_closed() const;

 private:
  /// It goes from one to the next only.
  enum class stage : std::uint8_t {
    open,
    closed,    ///< nobody begins to add any more
    complete,  ///< and nobody is still adding
  };

  bool is_open() const noexcept { return stage_.load() == stage::open; }
  bool has_room(std::unique_lock<std::mutex>& lock, when_full full);
  std::size_t take_from_queue(std::span<blocking_job*> to, std::size_t sharers) noexcept;
  [[noreturn]] void refuse() const;

  const std::string pool_;
  const std::size_t max_;
  call_lanes lanes_;
  std::mutex mutex_;
  std::condition_variable room_;
  call_queue queue_;
  // The queue's size. Written under the mutex, relaxed: who has added goes on to wants_wake(), and
  // who goes to sleep looks once more behind the barrier that pairs with it (idle_workers).
  std::atomic<std::size_t> queued_{0};
  std::atomic<stage> stage_{stage::open};
  std::atomic<bool> abandoned_{false};  // `because_` is set
  std::exception_ptr because_;
};

}  // namespace pirn::detail
