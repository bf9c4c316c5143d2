// descriptor_set: descriptors that are waited for as one.
#pragma once

#include <optional>
#include <span>

#include "pirn/base/deadline.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/platform/fd.hpp"

namespace pirn {

/// Descriptors that are waited for as one, level-triggered: one that stays ready is found again.
/// The set itself can be polled for reading.
class descriptor_set {
 public:
  /// One that is ready, and the poll_event bits that hold.
  struct ready {
    int descriptor;
    int events;
  };

  /// Returns: 0 or -errno.
  int open() noexcept;
  int add(int descriptor, int events) noexcept;
  int change(int descriptor, int events) noexcept;
  void remove(int descriptor) noexcept;

  /// Blocks this thread until one is ready or the deadline comes; signals do not end it.
  ///
  /// Requires: `found` has room for one.
  /// Returns:  how many were found, 0 when it was too late, or -errno.
  int wait(std::span<ready> found, std::optional<steady_time> deadline);

  int get() const noexcept { return set_.get(); }
  void close() noexcept { set_.reset(); }

 private:
  unique_fd set_;
};

}  // namespace pirn
