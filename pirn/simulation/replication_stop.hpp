// replication_stop: ends replications that nobody wants any more, on whatever thread they are.
#pragma once

#include <atomic>
#include <mutex>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/inbox.hpp"

namespace pirn {
class loop;
}

namespace pirn::des::detail {

class stop_listener;

/// Shared by who takes the results and the threads that make them.
class replication_stop {
 public:
  replication_stop() = default;
  replication_stop(replication_stop&&) = delete;  // listeners point at it

  /// Simulations that run in replications end; no further replication begins.
  /// Threads: any.
  void request() noexcept;
  bool is_requested() const noexcept { return requested_.load(std::memory_order_relaxed); }

  /// Makes this thread's simulations those of a replication, for as long as it lives.
  class scope {
   public:
    explicit scope(replication_stop& asked) noexcept;
    scope(scope&&) = delete;  // restores in stack order
    ~scope();

   private:
    replication_stop* before_;
  };

 private:
  friend class stop_listener;

  std::atomic<bool> requested_ = false;
  std::mutex mutex_;
  intrusive_list<stop_listener> listeners_;
};

/// A simulation's ear. Deaf outside a replication.
///
/// Lifetime: outlives its loop, for its message may be there still.
class stop_listener final : public inbox_message, public list_hook<> {
 public:
  /// `told` is set on the loop's thread when the stop comes.
  explicit stop_listener(bool& told) noexcept : told_(told) {}
  ~stop_listener() = default;

  void listen(loop& home) noexcept;
  /// Nothing is posted to the loop any more.
  void leave() noexcept;
  /// Throws: cancelled when the stop was requested.
  void check() const;

 private:
  friend class replication_stop;
  void arrived() noexcept override { told_ = true; }

  replication_stop* source_ = nullptr;
  inbox* home_ = nullptr;
  bool& told_;
};

}  // namespace pirn::des::detail
