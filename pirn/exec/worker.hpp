// worker: which of run()'s workers a main task is, and how it reaches the others. It lies here and
// not in run because net listens as one, too.
#pragma once

#include <any>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/base/assert.hpp"
#include "pirn/core/loop_handle.hpp"

namespace pirn {

/// Tells a main task that runs on several loops which of them it is on; a copy is the same worker.
///
/// Threads: any.
/// Example: examples/34_run_on.cpp
class worker {
 public:
  /// What the workers of one run share.
  struct team {
    explicit team(std::size_t workers) : loops(workers), agreements_of(workers) {}
    std::vector<loop_handle> loops;
    std::function<void()> cancel_all;  // called on any thread, perhaps often

    std::mutex mutex;
    std::vector<std::any> agreed;            // guarded by the mutex
    std::vector<std::size_t> agreements_of;  // each worker's calls of agree(), likewise
  };

  worker(std::shared_ptr<team> everybody, unsigned index) noexcept
      : team_(std::move(everybody)), index_(index) {}

  /// Counts from 0, which is the worker on the thread that called run().
  unsigned index() const noexcept { return index_; }
  unsigned count() const noexcept { return static_cast<unsigned>(team_->loops.size()); }

  /// The loop of another worker, or of this one. It can be reached until all main tasks have ended.
  const loop_handle& peer(unsigned index) const noexcept {
    PIRN_ASSERT(index < count(), "there are as many peers as workers");
    return team_->loops[index];
  }

  /// Settles something for all workers: whoever comes first calls `make()`, and all, it included,
  /// get copies of the result. A worker's second call belongs to the second call of the others.
  ///
  /// Throws: what `make` throws; then the next who comes calls its own.
  /// Cost:   others that come meanwhile are blocked: `make` should take no longer than a bind does.
  template <class Make>
  auto agree(Make&& make) const {
    using result = std::decay_t<std::invoke_result_t<Make&>>;
    std::scoped_lock lock(team_->mutex);
    std::vector<std::any>& agreed = team_->agreed;
    std::size_t& mine = team_->agreements_of[index_];
    if (mine == agreed.size()) agreed.emplace_back(std::in_place_type<result>, make());
    return std::any_cast<result>(agreed[mine++]);
  }

  /// Cancels the main tasks of all workers, as Ctrl-C does, but run() then returns as if they had
  /// ended by themselves.
  void cancel_all() const { team_->cancel_all(); }

  /// For run(), before the main tasks begin.
  void on_cancel_all(std::function<void()> cancel) { team_->cancel_all = std::move(cancel); }

 private:
  std::shared_ptr<team> team_;
  unsigned index_;
};

}  // namespace pirn
