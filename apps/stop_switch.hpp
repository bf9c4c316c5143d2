// stop_switch: ends work that runs on the loops of other threads.
#pragma once

#include <mutex>
#include <vector>

#include "pirn/core/scope.hpp"

namespace pirn::apps {

/// Cancels scopes that live on other threads' loops: all at once, and all that come later.
///
/// Threads: any.
class stop_switch {
 public:
  class reach;

  stop_switch() = default;
  stop_switch(stop_switch&&) = delete;  // scopes' threads point at it

  /// Cancels every scope in reach, and from now on each that comes into it.
  void stop() noexcept;
  bool is_stopped() const noexcept;

 private:
  mutable std::mutex mutex_;  // also keeps scopes alive while stop() calls them
  std::vector<cancel_scope*> scopes_;
  bool stopped_ = false;
};

/// Keeps a scope in a switch's reach for as long as it lives. It ends before the scope.
class stop_switch::reach {
 public:
  reach(stop_switch& by, cancel_scope& scope);
  reach(reach&&) = delete;  // one entry, taken back once
  ~reach();

 private:
  stop_switch& by_;
  cancel_scope& scope_;
};

}  // namespace pirn::apps
