// file_system: files by plain blocking calls; what drivers without asynchronous files run elsewhere
// or at once.
#pragma once

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

}  // namespace pirn
