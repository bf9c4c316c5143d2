// futures_watch: which of several futures have ended, in the order of their ends; for a thread that
// blocks and for a task alike.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/core/inbox.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/wait.hpp"
#include "pirn/exec/future_state.hpp"

namespace pirn::detail {

/// Watches futures by number; a number is free again when its end was taken.
///
/// Threads:  one at a time uses it; the futures end on any.
/// Lifetime: holds the futures that it watches.
class futures_watch {
 public:
  futures_watch();
  futures_watch(futures_watch&&) = delete;  // futures tell it of their end
  ~futures_watch();

  /// Returns: the number under which the end will be told: 0, 1, 2... as long as none was taken.
  std::size_t add(future_state& watched);
  std::size_t left() const noexcept { return left_; }

  /// Returns: the number of an end that is there; else nothing.
  std::optional<std::size_t> try_take() noexcept;

  /// Blocks until the next end.
  /// Returns: its number; nothing when none is left, or at the deadline.
  /// Throws:  std::logic_error on a loop's own thread, unless an end is there already; it says
  ///          what to do there `instead`.
  std::optional<std::size_t> take(std::optional<steady_time> deadline,
                                  std::string_view instead = "co_await it");

  /// Waits for the next end, on a loop.
  /// Returns: its number; nothing when none is left.
  /// Cancel:  loses nothing, and cancels no future.
  class next_wait;
  next_wait next() noexcept;

 private:
  class watch;
  friend class watch;
  friend class next_wait;

  void help();
  void tell(std::size_t number) noexcept;

  std::vector<std::unique_ptr<watch>> watches_;  // by number
  std::vector<std::size_t> free_;
  std::size_t left_ = 0;       // added and not taken
  std::size_t help_from_ = 0;  // below it, nothing is pending

  std::mutex mutex_;  // guards what follows
  std::condition_variable news_;
  std::vector<std::size_t> ended_;  // from taken_ on: in the order of their ends
  std::size_t taken_ = 0;
  next_wait* waiting_ = nullptr;
};

class [[nodiscard]] futures_watch::next_wait final : public awaitable<next_wait>,
                                                     private inbox_message {
 public:
  explicit next_wait(futures_watch& set) noexcept : set_(set) {}
  static constexpr bool selectable = false;
  std::string describe() const override {
    return "end of one of " + std::to_string(set_.left_) + " futures";
  }

 private:
  friend class awaitable<next_wait>;
  friend class futures_watch;
  bool try_complete() noexcept;
  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;
  void arrived() noexcept override;
  std::optional<std::size_t> result() noexcept;

  futures_watch& set_;
  loop* home_ = nullptr;
};

inline futures_watch::next_wait futures_watch::next() noexcept {
  return next_wait(*this);
}

}  // namespace pirn::detail
