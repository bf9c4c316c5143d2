// signal_subscription: one who wants to be told of a signal of the process.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <sys/types.h>

namespace pirn::detail {

/// "SIGHUP", "signal 40".
std::string name_of_signal(int number);

/// Who is told, from within the signal's handler, on any thread.
class signal_listener {
 public:
  /// Must do only what a signal handler may.
  /// Returns: whether it takes the signal.
  virtual bool signal_came(int number) noexcept = 0;

 protected:
  ~signal_listener() = default;
};

/// Of whom a signal is.
enum class signal_claim : std::uint8_t {
  first,   ///< it comes to all of these, and to nobody else
  remains  ///< it comes to all of these when there are none of the first kind
};

/// While it lives, tells its listener of a signal, and counts how often it came. Any number of them
/// may stand for one signal; the first puts the handler in, the last restores what was there
/// before, unless the program has changed it meanwhile. A signal that nobody takes does what it
/// would have done before; so it does in a process that was forked off, which has these objects,
/// but not their loops.
///
/// Threads: made and destroyed on any; take() on one at a time.
class signal_subscription {
 public:
  /// Throws: std::invalid_argument for a signal that says that the program itself is at fault;
  ///         std::system_error where the system allows no handler.
  signal_subscription(int number, signal_listener& told, signal_claim claim = signal_claim::first);
  signal_subscription(signal_subscription&&) = delete;  // the handler points at it
  ~signal_subscription();

  int number() const noexcept { return number_; }
  /// Takes one of the signals that have come.
  bool take() noexcept;

 private:
  struct kind;
  static kind& kind_of(int number);
  static void handle(int number) noexcept;

  const int number_;
  const signal_claim claim_;
  const pid_t process_;
  signal_listener& told_;
  std::atomic<std::uint32_t> count_{0};
  std::atomic<signal_subscription*> next_{nullptr};

  friend bool has_default_action(int number) noexcept;
};

/// Whether nobody but subscriptions, if they, handles the signal, and it is not ignored.
bool has_default_action(int number) noexcept;

}  // namespace pirn::detail
