// wait_futures: waiting until all, the first, or the first failure of several futures is there.
#pragma once

#include <cstddef>
#include <ranges>
#include <utility>
#include <vector>

#include "pirn/exec/as_completed.hpp"

namespace pirn {

/// The futures that have ended and those that have not, in the order in which they were given.
template <class Future>
struct done_and_not_done {
  std::vector<Future> done;
  std::vector<Future> not_done;
};

namespace detail {

/// What wait() does whatever the futures' type.
class futures_to_end {
 public:
  template <class Futures>
  futures_to_end(const Futures& futures, wait_options options)
      : until_(options.until), limit_(options.timeout) {
    states_.reserve(futures.size());
    for (const future_base& each : futures) {
      states_.push_back(&each.state());
      watch_.add(each.state());
    }
  }

  /// Returns when the condition holds, or the time is up.
  void wait();
  task<> wait_on_loop();

 private:
  bool is_enough(std::size_t ended);
  task<> wait_for_enough();

  std::vector<const future_state*> states_;
  const return_when until_;
  const time_limit limit_;
  futures_watch watch_;
};

}  // namespace detail

/// A wait for several futures, made by wait().
template <class Future>
class [[nodiscard]] futures_wait {
 public:
  template <range_of_futures Futures>
  futures_wait(Futures&& futures, wait_options options)
      : futures_(detail::distinct_futures<Future>(std::forward<Futures>(futures))),
        waiting_(futures_, options) {}
  futures_wait(futures_wait&&) = delete;  // futures tell it of their end

  /// Blocks this thread.
  /// Throws: std::logic_error on a loop's own thread: `co_await` it there.
  done_and_not_done<Future> result() {
    waiting_.wait();
    return sorted();
  }

  task<done_and_not_done<Future>>::awaiter awaited_by(frame_base& caller) {
    return run().awaited_by(caller);
  }

 private:
  task<done_and_not_done<Future>> run() {
    co_await waiting_.wait_on_loop();
    co_return sorted();
  }
  done_and_not_done<Future> sorted() const {
    done_and_not_done<Future> parts;
    for (const Future& each : futures_) {
      (each.done() ? parts.done : parts.not_done).push_back(each);
    }
    return parts;
  }

  std::vector<Future> futures_;
  detail::futures_to_end waiting_;
};

/// Waits until the condition holds, all have ended, or the time is up: `wait(futures).result()` on
/// a plain thread, `co_await wait(futures)` on a loop. Nothing is cancelled and nothing thrown for
/// a future's failure. The time is counted from the call. It keeps copies of the handles; a future
/// that is given twice comes once.
///
/// Cancel:  cancels no future.
/// Source:  concurrent.futures.wait().
/// Example: examples/38_promise.cpp
template <range_of_futures Futures>
auto wait(Futures&& futures, wait_options options = {}) {
  return futures_wait<std::ranges::range_value_t<Futures>>(std::forward<Futures>(futures), options);
}

}  // namespace pirn
