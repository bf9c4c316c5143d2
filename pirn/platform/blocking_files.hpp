// blocking_files: the files that calls which block have before them, wherever they are made.
#pragma once

#include "pirn/core/file_tree.hpp"

namespace pirn {

/// The files that code which blocks is to ask: on a host of a world that host's disk, everywhere
/// else the kernel's. So what runs by to_thread() meets the same files as what awaits them.
///
/// Threads: any; the answer is the calling thread's.
/// Cost:    a thread-local load.
file_tree& blocking_files() noexcept;

/// A request for files that is carried out where it stands.
template <class Request>
class blocking_request final : public Request {
 public:
  /// Returns: 0, a count, or -errno.
  int perform() noexcept {
    blocking_files().perform(static_cast<Request&>(*this));
    return this->result;
  }

 private:
  void completed() noexcept override {}
};

namespace detail {

/// While it lives, blocking_files() on this thread are these.
class blocking_files_scope {
 public:
  explicit blocking_files_scope(file_tree& files) noexcept;
  blocking_files_scope(blocking_files_scope&&) = delete;  // restores in stack order
  ~blocking_files_scope();

 private:
  file_tree* before_;
};

}  // namespace detail

}  // namespace pirn
