// pool_worker: the pool's side of one of its processes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <vector>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/platform/pidfd.hpp"
#include "pirn/platform/spawn.hpp"
#include "pirn/process/call_slots.hpp"
#include "pirn/process/frame_stream.hpp"
#include "pirn/process/pool_call.hpp"

namespace pirn::detail {

/// Who has it may read. Others do not wait for it: what comes is taken in by who has it.
class reading_right {
 public:
  bool try_lock() noexcept { return !is_taken_.exchange(true, std::memory_order_acquire); }
  void unlock() noexcept { is_taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> is_taken_{false};
};
using reading_lock = std::unique_lock<reading_right>;

/// A process that makes calls, and the calls that were sent to it.
///
/// Threads: under the pool's lock, but receiving: that is for who has the right to read.
class pool_worker {
 public:
  static constexpr unsigned no_limit = std::numeric_limits<unsigned>::max();

  /// `stream` leads to a process that is started later: it finds there what was sent before.
  pool_worker(frame_stream stream, call_slots slots, unsigned calls_max)
      : stream_(std::move(stream)), slots_(slots), calls_left_(calls_max) {}
  void started(spawned_process process) noexcept { process_ = std::move(process); }
  /// Does nothing before it was started.
  void kill() noexcept;

  int pid() const noexcept { return process_.pid; }
  int pidfd() const noexcept { return process_.pidfd.get(); }
  frame_stream& stream() noexcept { return stream_; }

  std::size_t calls() const noexcept { return calls_.size(); }
  bool is_idle() const noexcept { return calls_.empty() && !is_leaving() && can_be_sent_to(); }
  /// Whether it has been given all calls that it may have.
  bool is_leaving() const noexcept { return calls_left_ == 0; }
  bool can_be_sent_to() const noexcept { return !has_hung_up && send_error == 0; }
  /// Whether sending has failed on this side: the process may be well.
  bool could_not_send() const noexcept;
  /// Whether one more call may be sent to it, to make `depth` at most.
  bool has_room(std::size_t depth) const noexcept;

  /// Whether it has nothing to do but this call.
  bool has_only(const pool_call& call) const noexcept {
    return calls_.size() == 1 && calls_.front().call == &call;
  }

  /// Sends a call, at the next flush.
  /// Throws: what frame_stream::queue() throws; then it has not got the call.
  void give(pool_call& call);
  /// Ends a call whose result has come.
  /// Returns: null when it was not sent to this process.
  pool_call* finished(std::uint32_t number) noexcept;
  /// Of a process that has ended, for it had no room for a call's descriptors, takes that call.
  /// Returns: null when it may have had too many open itself: the call is then tried once more.
  pool_call* take_lost() noexcept;
  /// Takes back about half of the calls that it has not begun, the newest, and puts them at the
  /// front of a list.
  /// Returns: how many.
  std::size_t take_back_half(intrusive_list<pool_call>& into) noexcept;

  /// Of a process that has ended, takes all its calls: what it had begun goes to `begun`, the rest
  /// to the front of `into`. When this side could not send, another process would not get them
  /// either: then all go to `begun`.
  /// Returns: how many went to `into`.
  std::size_t take_all(std::vector<pool_call*>& begun, intrusive_list<pool_call>& into);

  /// Held by who reads its socket, until what came is done with.
  reading_right reading;

  using clock = std::chrono::steady_clock;
  clock::time_point last_news;   ///< when it was given something to do, or last had a result
  bool has_greeted = false;      ///< it has started, and its initializer has run
  bool has_hung_up = false;      ///< its socket is closed; written by who may read
  bool is_fetched_from = false;  ///< a thread that waits for a result reads, and not the pool's own
  bool wants_room = false;       ///< the socket did not take all
  int send_error = 0;            ///< the errno by which sending has failed for good

 private:
  struct sent {
    std::uint32_t number;
    pool_call* call;
  };

  spawned_process process_;
  frame_stream stream_;
  call_slots slots_;
  std::deque<sent> calls_;  // oldest first; numbers grow, and begin again at zero
  // They do so soon, so that what was wrong with it would not show in a year, but in a minute.
  std::uint32_t last_number_ = std::numeric_limits<std::uint32_t>::max() - 50;
  unsigned calls_left_;
};

}  // namespace pirn::detail
