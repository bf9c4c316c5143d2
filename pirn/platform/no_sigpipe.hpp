// no_sigpipe: keeps the signal of a broken pipe from a program that gets an error for it.
#pragma once

#include <cerrno>
#include <csignal>
#include <ctime>

namespace pirn::detail {

/// While it lives, SIGPIPE, which write(2) and splice(2) send to this thread, waits; after an EPIPE
/// `take()` has it forgotten. One that was pending before stays.
class no_sigpipe {
 public:
  no_sigpipe() noexcept {
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  no_sigpipe(no_sigpipe&&) = delete;
  ~no_sigpipe() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  void take() noexcept {
    if (was_pending_) return;
    timespec none{};
    while (::sigtimedwait(&pipe_, nullptr, &none) < 0 && errno == EINTR) {
    }
  }

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_;
};

}  // namespace pirn::detail
