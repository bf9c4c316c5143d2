// exit_status: how a process ended.
#pragma once

#include <cstdint>
#include <string>

namespace pirn {

/// How a process ended: with a code, or by a signal.
class exit_status {
 public:
  exit_status() = default;  ///< exited with 0
  static exit_status exited(int code) noexcept { return {kind::exited, code}; }
  static exit_status signalled(int signal, bool dumped_core = false) noexcept {
    return {dumped_core ? kind::dumped_core : kind::signalled, signal};
  }

  bool success() const noexcept { return how_ == kind::exited && number_ == 0; }
  bool was_signalled() const noexcept { return how_ != kind::exited; }
  bool dumped_core() const noexcept { return how_ == kind::dumped_core; }

  /// The exit code, or the signal's number negated.
  /// Source: Popen.returncode, Process.exitcode.
  int code() const noexcept { return was_signalled() ? -number_ : number_; }
  /// The signal that ended it, or 0.
  int signal() const noexcept { return was_signalled() ? number_ : 0; }

  /// "exit status 3", "died with SIGKILL".
  std::string to_string() const;

  friend bool operator==(const exit_status&, const exit_status&) = default;

 private:
  enum class kind : std::uint8_t { exited, signalled, dumped_core };
  exit_status(kind how, int number) noexcept : how_(how), number_(number) {}

  kind how_ = kind::exited;
  int number_ = 0;
};

/// "SIGKILL"; "signal 40" for one without a name.
std::string signal_name(int signal);

}  // namespace pirn
