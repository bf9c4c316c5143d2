// uring_core: what the io_uring driver and its sockets share: the ring, the buffers, and how
// completions find home.
#pragma once

#include <cstdint>

#include "pirn/core/operation.hpp"
#include "pirn/platform/buffer_pool.hpp"
#include "pirn/platform/buffer_ring.hpp"
#include "pirn/platform/uring.hpp"
#include "pirn/platform/uring_driver.hpp"

namespace pirn::detail {

/// Whom a completion is for: the low three bits of its user data; the rest is the address.
enum class uring_target : std::uint64_t {
  nobody = 0,  // an attempt to cancel
  received = 1,
  readable = 2,
  sent = 3,
  accepted = 4,
  request = 5,  // an operation of a caller
  wake = 6,
  datagrams = 7,
};

/// What a caller's pending request is; kept in its `driver_data.state`.
enum class uring_kind : std::uint32_t {
  accept,
  receive,
  receive_leased,
  send,
  receive_datagrams,
  send_datagrams,
  connect,
  poll,
  open,
  file,
  stat,
};

constexpr std::uint64_t user_data_of(const void* object, uring_target target) noexcept {
  return reinterpret_cast<std::uint64_t>(object) | static_cast<std::uint64_t>(target);
}

struct uring_core {
  uring_core(const uring_setup& queues, const buffer_ring_setup& ring_buffers)
      : ring(queues), small(ring, ring_buffers) {}
  uring_core(uring_core&&) = delete;  // sockets point at it

  /// A zeroed entry whose completion goes to `object`, which must stay until it came.
  io_uring_sqe& submit(std::uint8_t code, int descriptor, const void* object,
                       uring_target target) noexcept {
    io_uring_sqe& entry = ring.next_submission();
    entry.opcode = code;
    entry.fd = descriptor;
    entry.user_data = user_data_of(object, target);
    ++in_flight;
    ++submissions;
    return entry;
  }

  /// Asks the kernel to end what `object` has in flight; its own completion tells how it ended.
  /// Entries are taken in order, so a later request of the same address is not meant.
  void cancel(const void* object, uring_target target) noexcept {
    io_uring_sqe& entry = ring.next_submission();
    entry.opcode = IORING_OP_ASYNC_CANCEL;
    entry.flags = IOSQE_CQE_SKIP_SUCCESS;
    entry.fd = -1;
    entry.addr = user_data_of(object, target);
    ++submissions;
  }

  /// Closes after all that was submitted before: entries name files by their numbers, and a number
  /// that is free could be another file's by the time the kernel reads them.
  void close(unique_fd descriptor) noexcept {
    io_uring_sqe& entry = ring.next_submission();
    entry.opcode = IORING_OP_CLOSE;
    entry.flags = IOSQE_CQE_SKIP_SUCCESS;
    entry.fd = descriptor.release();
    ++submissions;
  }

  /// Said of each attempt that may succeed at once: then it suspends nobody, so after many of them
  /// the loop shall poll, for timers and for what happened to others.
  void count_attempt() noexcept {
    if (++attempts >= attempts_between_polls) [[unlikely]]
      news_head = *ring.completion_head_word() - 1;
  }
  /// Said at the end of a poll.
  void forget_attempts() noexcept {
    attempts = 0;
    news_head = *ring.completion_head_word();
  }

  uring ring;
  buffer_ring small;
  buffer_pool own;
  std::size_t in_flight = 0;
  std::size_t sockets = 0;
  /// What this poll may still receive into own buffers; when it is used up, tasks run first and use
  /// the data while it is in the cache.
  std::ptrdiff_t budget_bytes = 0;
  bool multishot = true;
  std::uint32_t attempts = 0;
  /// Where has_news() compares the tail of the completion queue with: its head, or nowhere on it
  /// when a poll is due.
  std::uint32_t news_head = 0;
  static constexpr std::uint32_t attempts_between_polls = 1024;

  // For statistics().
  std::uint64_t submissions = 0;
  std::uint64_t completions = 0;
  std::uint64_t overflows = 0;
  std::uint64_t to_own_buffers = 0;
  std::uint64_t to_ring_buffers = 0;
};

}  // namespace pirn::detail
