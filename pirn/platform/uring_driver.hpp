// uring_driver: requests carried out by the kernel's io_uring.
#pragma once

#include <expected>
#include <memory>
#include <system_error>

#include "pirn/core/driver.hpp"
#include "pirn/platform/uring.hpp"

namespace pirn {

/// The sizes of an io_uring driver's queues and buffers; powers of two.
struct uring_options {
  unsigned submissions = 256;
  unsigned completions = 4096;
  unsigned buffer_size_bytes = 8192;
  unsigned buffers_at_first = 64;
  unsigned buffers_at_most = 4096;

  // What newer kernels have; false behaves as on a kernel without.
  bool deferred_work = true;
  bool multishot = true;
};

/// What an io_uring driver has done so far, and what it has now.
struct uring_statistics {
  std::uint64_t enters = 0;           ///< calls of io_uring_enter
  std::uint64_t submissions = 0;      ///< entries handed to the kernel
  std::uint64_t completions = 0;      ///< answers from it
  std::uint64_t overflows = 0;        ///< polls that found more of them than the queue holds
  std::uint64_t to_own_buffers = 0;   ///< connections that left the kernel's choice of buffers
  std::uint64_t to_ring_buffers = 0;  ///< connections that came back to it
  std::size_t sockets = 0;       ///< connections and listeners, those that are closing included
  std::size_t in_flight = 0;     ///< requests that the kernel has, the driver's own wake among them
  std::size_t ring_buffers = 0;  ///< small buffers, lent or not
  std::size_t own_buffers = 0;   ///< other receive buffers that are lent
};

/// The driver for kernels from 6.1 on.
class uring_driver : public driver {
 public:
  virtual uring_statistics statistics() const noexcept = 0;
  virtual const uring_features& features() const noexcept = 0;
};

/// Makes one on the thread that will use it; the kernel refuses others.
/// Returns: the kernel's error where it is too old for io_uring, or refuses it; `probe_uring()`
/// says it in words.
std::expected<std::unique_ptr<uring_driver>, std::error_code> make_uring_driver(
    const uring_options& options = {});

}  // namespace pirn
