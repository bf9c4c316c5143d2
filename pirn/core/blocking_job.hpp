// blocking_job: work that blocks, and the threads that do it for a loop.
#pragma once

#include <exception>

#include "pirn/base/intrusive_list.hpp"

namespace pirn {

/// Work that blocks, to be done off the loop; a node of its runner's queue.
class blocking_job : public list_hook<> {
 public:
  /// Does the work, on a thread of the runner's. The last thing it does is to post to its loop's
  /// inbox.
  virtual void perform() noexcept = 0;
  /// Told before perform() that it comes too late: nobody wants the work done any more, or `why`
  /// it cannot be. A job that others wait for in any case does its work nevertheless.
  virtual void abandon(const std::exception_ptr& why) noexcept { static_cast<void>(why); }

 protected:
  ~blocking_job() = default;
};

/// Threads lent to a loop, and to a driver that cannot do files without blocking.
class blocking_runner {
 public:
  /// Performs the job on another thread. Never blocks.
  virtual void run(blocking_job& job) = 0;

 protected:
  ~blocking_runner() = default;
};

}  // namespace pirn
