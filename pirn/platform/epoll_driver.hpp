// epoll_driver: the kernel through epoll and non-blocking calls, for where io_uring is missing or
// refused.
#pragma once

#include <memory>

#include "pirn/core/blocking_job.hpp"
#include "pirn/core/driver.hpp"
#include "pirn/core/file_system.hpp"

namespace pirn {

/// What an epoll driver needs from outside; both outlive it.
struct epoll_options {
  file_system& files;
  blocking_runner* runner = nullptr;  ///< null: file requests block the loop
};

/// A driver that tries each call first and asks epoll only about those that would block. Everything
/// is edge-triggered and registered once, so that a message costs one receive, one send and its
/// share of an epoll_wait.
///
/// A connection costs some 100 bytes and holds no buffer while it waits.
/// Cancel: all but file requests in a thread, which are refused, are gone at once.
/// Throws: std::system_error when the kernel gives no descriptors.
std::unique_ptr<driver> make_epoll_driver(const epoll_options& options);

}  // namespace pirn
