// helper_count: threads from outside that still make a pool's calls when the pool ends.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace pirn::detail {

/// Threads:  any.
/// Lifetime: may end when wait_for_all() has returned, as after the last left() nobody comes.
class helper_count {
 public:
  helper_count() = default;
  helper_count(helper_count&&) = delete;  // helpers point at it

  void found() noexcept {
    std::scoped_lock lock(mutex_);
    ++inside_;
  }
  void left() noexcept {
    std::scoped_lock lock(mutex_);
    --inside_;
    gone_.notify_all();  // under the lock: whoever it wakes may end this object
  }
  /// Blocks until as many have left as were found.
  void wait_for_all() {
    std::unique_lock lock(mutex_);
    gone_.wait(lock, [this] { return inside_ == 0; });
  }

 private:
  std::mutex mutex_;  // guards the rest
  std::condition_variable gone_;
  std::size_t inside_ = 0;
};

}  // namespace pirn::detail
