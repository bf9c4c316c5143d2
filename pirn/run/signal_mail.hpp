// signal_mail: brings the news of signals from their handlers to a loop.
#pragma once

#include <atomic>

#include "pirn/core/loop.hpp"
#include "pirn/run/signal_subscription.hpp"

namespace pirn::detail {

/// A listener that lives on a loop. What derives from it holds the subscriptions, so that they end
/// before it.
///
/// Threads: made and destroyed on its loop's.
class signal_mail : protected signal_listener, private inbox_message {
 public:
  signal_mail(signal_mail&&) = delete;  // handlers and the loop point at it

 protected:
  explicit signal_mail(loop& home) noexcept : home_(home) {}
  ~signal_mail() {
    if (on_the_way_.load()) home_.mail().withdraw(*this);
  }

  /// Lets the loop call signals_arrived(), once for all posts until then: atomics and one write(2),
  /// which a handler may do.
  void post() noexcept {
    if (!on_the_way_.exchange(true)) home_.mail().post(*this);
  }

  /// Runs on the loop's thread.
  virtual void signals_arrived() noexcept = 0;

  loop& home_;

 private:
  void arrived() noexcept final {
    on_the_way_.store(false);  // what comes from here on is posted again
    signals_arrived();
  }
  void dropped() noexcept final { on_the_way_.store(false); }

  std::atomic<bool> on_the_way_{false};
};

}  // namespace pirn::detail
