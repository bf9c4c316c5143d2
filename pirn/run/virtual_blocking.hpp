// virtual_blocking: blocking calls of a virtual loop: made on its own thread, at their moment.
#pragma once

#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/blocking_job.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/timer.hpp"

namespace pirn {

/// Performs each job after a virtual delay; without one at once.
///
/// Lifetime: outlives the tasks that wait for its jobs. Jobs that nobody waits for may be left when
/// the loop ends: see `perform_rest`.
class virtual_blocking final : public blocking_runner {
 public:
  explicit virtual_blocking(duration delay) noexcept : delay_(delay) {}

  void run(blocking_job& job) override {
    if (delay_ == duration::zero()) return job.perform();
    loop& home = loop::current();
    auto* later = new delayed(job, *this);  // frees itself
    under_way_.push_back(*later);
    home.timers().add(*later, saturating_add(home.now(), delay_));
  }

  /// Performs the jobs whose time has not come: said before `home` ends, as threads are joined.
  void perform_rest(loop& home) noexcept {
    while (!under_way_.empty()) {
      delayed& left = under_way_.front();
      home.timers().remove(left);
      left.fire();
    }
  }

 private:
  class delayed final : public timer_node, public list_hook<> {
   public:
    delayed(blocking_job& job, virtual_blocking& owner) noexcept : job_(job), owner_(owner) {}

    void fire() noexcept override {
      owner_.under_way_.remove(*this);
      job_.perform();
      delete this;
    }

   private:
    blocking_job& job_;
    virtual_blocking& owner_;
  };

  duration delay_;
  intrusive_list<delayed> under_way_;
};

}  // namespace pirn
