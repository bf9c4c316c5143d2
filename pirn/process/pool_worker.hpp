// pool_worker: the pool's side of one of its processes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/platform/pidfd.hpp"
#include "pirn/platform/spawn.hpp"
#include "pirn/process/call_slots.hpp"
#include "pirn/process/frame_stream.hpp"
#include "pirn/process/pool_call.hpp"

namespace pirn::detail {

/// A process that makes calls, and the calls that were sent to it.
///
/// Threads: under the pool's lock, but receiving: that is the pool's own thread's.
class pool_worker {
 public:
  static constexpr unsigned no_limit = std::numeric_limits<unsigned>::max();

  pool_worker(spawned_process process, frame_stream stream, call_slots slots, unsigned calls_max)
      : process_(std::move(process)),
        stream_(std::move(stream)),
        slots_(slots),
        calls_left_(calls_max) {}

  int pid() const noexcept { return process_.pid; }
  int pidfd() const noexcept { return process_.pidfd.get(); }
  frame_stream& stream() noexcept { return stream_; }

  std::size_t calls() const noexcept { return calls_.size(); }
  bool is_idle() const noexcept { return calls_.empty() && !is_leaving() && !has_hung_up; }
  /// Whether it has been given all calls that it may have.
  bool is_leaving() const noexcept { return calls_left_ == 0; }
  /// Whether one more call may be sent to it, to make `depth` at most.
  bool has_room(std::size_t depth) const noexcept;

  /// Sends a call, at the next flush.
  /// Throws: what frame_stream::queue() throws; then it has not got the call.
  void give(pool_call& call);
  /// Ends a call whose result has come.
  /// Returns: null when it was not sent to this process.
  pool_call* finished(std::uint32_t number) noexcept;
  /// Takes back about half of the calls that it has not begun, the newest, and puts them at the
  /// front of a list.
  /// Returns: how many.
  std::size_t take_back_half(intrusive_list<pool_call>& into) noexcept;

  /// Of a process that has ended, takes all its calls: what it had begun goes to `begun`, the rest
  /// to the front of `into`.
  /// Returns: how many went to `into`.
  std::size_t take_all(std::vector<pool_call*>& begun, intrusive_list<pool_call>& into);

  using clock = std::chrono::steady_clock;
  clock::time_point last_news;  ///< when it was given something to do, or last had a result
  bool has_greeted = false;     ///< it has started, and its initializer has run
  bool has_hung_up = false;     ///< its socket is closed
  bool wants_room = false;      ///< the socket did not take all

 private:
  struct sent {
    std::uint32_t number;
    pool_call* call;
  };

  spawned_process process_;
  frame_stream stream_;
  call_slots slots_;
  std::deque<sent> calls_;  // oldest first; numbers grow
  std::uint32_t last_number_ = 0;
  unsigned calls_left_;
};

}  // namespace pirn::detail
