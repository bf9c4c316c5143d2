// as_completed: futures in the order in which they end.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pirn/core/as_completed.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/future.hpp"
#include "pirn/exec/futures_watch.hpp"
#include "pirn/exec/time_limit.hpp"

namespace pirn {

/// A range of futures, of one executor or of several.
template <class Range>
concept range_of_futures = std::ranges::input_range<Range> &&
                           std::is_base_of_v<future_base, std::ranges::range_value_t<Range>>;

namespace detail {

/// Tells as_completed that it is about futures, not about the children that return a Future.
template <class Future>
struct futures_of {};

/// Keeps the first of those that share a state, in order.
template <class Future, class Range>
std::vector<Future> distinct_futures(Range&& futures);

/// What as_completed does whatever the futures' type.
class completed_futures {
 public:
  template <class Futures>
  completed_futures(const Futures& futures, duration timeout) : limit_(timeout) {
    for (const future_base& each : futures) watch_.add(each.state());
  }

  /// Returns: the number of the next that has ended; nothing when all were returned.
  /// Throws:  timeout_error.
  std::optional<std::size_t> take();
  task<std::optional<std::size_t>> next();

 private:
  [[noreturn]] void throw_late() const;

  const time_limit limit_;
  futures_watch watch_;
  std::size_t taken_ = 0;
};

}  // namespace detail

/// The futures in the order in which they end; those that have ended first. It keeps copies of the
/// handles; a future that is given twice comes once. It starts nothing and cancels nothing.
///
///   for (future<int>& each : as_completed(futures)) use(each.result());    // on a plain thread
///   while (auto each = co_await done.next()) ...                           // on a loop
///
/// Throws:  timeout_error from the next step, when `timeout` has passed since it was made;
///          std::logic_error from begin() and ++ on a loop's own thread, if they would wait.
/// Threads: one at a time.
/// Source:  concurrent.futures.as_completed().
/// Example: examples/26_two_executors.cpp
template <class Future>
class as_completed<detail::futures_of<Future>> {
 public:
  template <range_of_futures Futures>
  explicit as_completed(Futures&& futures, duration timeout = forever)
      : futures_(detail::distinct_futures<Future>(std::forward<Futures>(futures))),
        completed_(futures_, timeout) {}
  as_completed(as_completed&&) = delete;  // futures tell it of their end

  /// Waits for the next end, on a loop.
  /// Returns: the future; nullopt when there are no more.
  /// Cancel:  loses nothing, and cancels no future.
  task<std::optional<Future>> next() {
    const std::optional<std::size_t> number = co_await completed_.next();
    if (!number) co_return std::nullopt;
    co_return futures_[*number];
  }

  /// Blocks for each next end.
  class iterator {
   public:
    using value_type = Future;
    using difference_type = std::ptrdiff_t;

    explicit iterator(as_completed& set) : set_(&set) { ++*this; }
    Future& operator*() const { return set_->futures_[*number_]; }
    iterator& operator++() {
      number_ = set_->completed_.take();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const noexcept { return !number_; }

   private:
    as_completed* set_;
    std::optional<std::size_t> number_;
  };
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::vector<Future> futures_;
  detail::completed_futures completed_;
};

template <range_of_futures Futures>
as_completed(Futures&&) -> as_completed<detail::futures_of<std::ranges::range_value_t<Futures>>>;
template <range_of_futures Futures>
as_completed(Futures&&, duration)
    -> as_completed<detail::futures_of<std::ranges::range_value_t<Futures>>>;

namespace detail {

template <class Future, class Range>
std::vector<Future> distinct_futures(Range&& futures) {
  std::vector<Future> distinct;
  std::unordered_set<const future_state*> seen;
  for (auto&& each : futures) {
    if (seen.insert(&each.state()).second) distinct.push_back(each);
  }
  return distinct;
}

}  // namespace detail
}  // namespace pirn
