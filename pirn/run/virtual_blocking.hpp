// virtual_blocking: blocking calls of a virtual loop: made on its own thread, at their moment.
#pragma once

#include "pirn/core/blocking_job.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/timer.hpp"

namespace pirn {

/// Performs each job after a virtual delay; without one at once.
///
/// Lifetime: outlives the tasks that wait for its jobs; they cannot leave before.
class virtual_blocking final : public blocking_runner {
 public:
  explicit virtual_blocking(duration delay) noexcept : delay_(delay) {}

  void run(blocking_job& job) override {
    if (delay_ == duration::zero()) return job.perform();
    loop& home = loop::current();
    home.timers().add(*new delayed(job), saturating_add(home.now(), delay_));
  }

 private:
  class delayed final : public timer_node {
   public:
    explicit delayed(blocking_job& job) noexcept : job_(job) {}

   private:
    void fire() noexcept override {
      job_.perform();
      delete this;
    }
    blocking_job& job_;
  };

  duration delay_;
};

}  // namespace pirn
