// signal_subscription: one who wants to be told of a signal of the process.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace pirn::detail {

/// "SIGHUP", "signal 40".
std::string name_of_signal(int number);

/// Who is told, from within the signal's handler, on any thread.
class signal_listener {
 public:
  /// Must do only what a signal handler may.
  virtual void signal_came() noexcept = 0;

 protected:
  ~signal_listener() = default;
};

/// While it lives, counts how often a signal comes, and tells its listener. Any number of them may
/// stand for one signal; the first puts the handler in, the last restores what was there before,
/// unless the program has changed it meanwhile.
///
/// Threads: made and destroyed on any; take() on one at a time.
class signal_subscription {
 public:
  /// Throws: std::invalid_argument for a signal that says that the program itself is at fault;
  ///         std::system_error where the system allows no handler.
  signal_subscription(int number, signal_listener& told);
  signal_subscription(signal_subscription&&) = delete;  // the handler points at it
  ~signal_subscription();

  int number() const noexcept { return number_; }
  /// Takes one of the signals that have come.
  bool take() noexcept;

 private:
  static void handle(int number) noexcept;

  const int number_;
  signal_listener& told_;
  std::atomic<std::uint32_t> count_{0};
  std::atomic<signal_subscription*> next_{nullptr};
};

}  // namespace pirn::detail
