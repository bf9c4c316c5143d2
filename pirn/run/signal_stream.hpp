// signal_stream: the signals of a process as something to await.
#pragma once

#include <array>
#include <concepts>
#include <deque>
#include <span>
#include <string>

#include "pirn/core/wait_list.hpp"
#include "pirn/run/signal_mail.hpp"
#include "pirn/run/signal_subscription.hpp"

namespace pirn {

class signal_stream;

/// Waits for the next signal of a stream.
class [[nodiscard]] signal_wait final : public awaitable<signal_wait, list_wait> {
 public:
  std::string describe() const override;

 private:
  friend class awaitable<signal_wait, list_wait>;
  friend class signal_stream;

  explicit signal_wait(signal_stream& from) noexcept;

  bool try_complete() noexcept;
  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;
  int result() const noexcept { return number_; }

  signal_stream& from_;
  int number_ = 0;
};

/// The signals of some kinds that come to the process while it lives. Each is given once to one of
/// the tasks that wait, as often as the system delivers it: of one kind it may make one of several
/// that come at once. Of several kinds the first named goes first.
///
///     pirn::signal_stream signals(SIGHUP, SIGTERM);
///     while (int number = co_await signals.next()) ...   // on GCC 12: await into a local first
///
/// They have no other effect meanwhile; afterwards what was there before holds again. Several
/// streams, on several loops, may have the same signal: it comes to each. With SIGINT or SIGTERM
/// among them, that no longer cancels what run() runs, but is the stream's. A kind that is named
/// twice is one kind.
///
/// A task that waits here waits for work elsewhere: as long as there is one, no deadlock is found.
/// On virtual time it waits for those signals that the program itself raises.
///
/// Requires: it is made in a task, or else where a loop runs.
/// Threads:  its loop's; the signals come to any.
/// Lifetime: must outlive its waiters (asserted), and end before its loop.
/// Source:   asyncio's loop.add_signal_handler(); tokio's and Trio's streams of signals.
/// Example:  examples/46_signals.cpp
class signal_stream final : private detail::signal_mail {
 public:
  /// Throws: std::invalid_argument for what is no signal, or one that says that the program itself
  ///         is at fault (SIGSEGV); std::system_error for SIGKILL and SIGSTOP.
  template <std::same_as<int>... Numbers>
    requires(sizeof...(Numbers) > 0)
  explicit signal_stream(Numbers... numbers)
      : signal_stream(std::span<const int>(std::array{numbers...})) {}
  explicit signal_stream(std::span<const int> numbers);
  signal_stream(signal_stream&&) = delete;  // the handler points at it

  /// Waits for a signal and gives its number, never 0.
  /// Cancel: loses none.
  signal_wait next() noexcept { return signal_wait(*this); }

 private:
  friend class signal_wait;

  bool signal_came(int number) noexcept override;
  void signals_arrived() noexcept override;
  /// One that has come, or 0.
  int take() noexcept;

  wait_list waiters_;
  std::deque<detail::signal_subscription> kinds_;
};

}  // namespace pirn
