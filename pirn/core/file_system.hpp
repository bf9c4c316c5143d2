// file_system: files by plain blocking calls; what drivers without asynchronous files run elsewhere
// or at once.
#pragma once

#include <exception>

#include "pirn/core/operation.hpp"

namespace pirn {

/// Carries out a file request now, on the calling thread, and sets its `result`.
///
/// Threads: any; one request at a time per request object.
class file_system {
 public:
  virtual void perform(open_operation&) noexcept = 0;
  virtual void perform(read_operation&) noexcept = 0;
  virtual void perform(write_operation&) noexcept = 0;
  virtual void perform(fsync_operation&) noexcept = 0;
  virtual void perform(close_operation&) noexcept = 0;
  virtual void perform(rename_operation&) noexcept = 0;
  virtual void perform(unlink_operation&) noexcept = 0;
  virtual void perform(make_directory_operation&) noexcept = 0;
  virtual void perform(stat_operation&) noexcept = 0;

 protected:
  ~file_system() = default;
};

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

/// Threads lent to a driver that cannot do files without blocking.
class blocking_runner {
 public:
  /// Performs the job on another thread. Never blocks.
  virtual void run(blocking_job& job) = 0;

 protected:
  ~blocking_runner() = default;
};

}  // namespace pirn
