// uring: the kernel's submission and completion queues, by its own system calls.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <string>
#include <system_error>

#include <linux/io_uring.h>

#include "pirn/base/time.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/platform/mapping.hpp"

namespace pirn {

/// What of the running kernel's io_uring the driver must know; `list_uring_features()` tells all.
struct uring_features {
  std::string kernel;          ///< its release, as uname(2) tells
  std::string problem;         ///< why the io_uring driver cannot run here; empty when it can
  std::error_code error;       ///< the kernel's own word for that
  bool deferred_work = false;  ///< completions are made only when the loop enters (6.1)
  bool buffer_rings = false;   ///< the kernel picks a buffer when bytes arrive (5.19)
  bool multishot = false;      ///< one request accepts or receives many times (6.0)

  bool usable() const noexcept { return problem.empty(); }
};

/// Asks the kernel by setting up a small ring and letting it go.
uring_features probe_uring();

namespace detail {

/// How large the queues are and who makes completions.
struct uring_setup {
  unsigned submissions = 256;
  unsigned completions = 4096;
  /// Completions are made only when this thread enters; otherwise at any of its system calls.
  bool deferred_work = true;
};

/// One io_uring. Requests are written into the submission queue and go to the kernel with the next
/// enter; what has ended is read from the completion queue.
///
/// Threads: made, used and destroyed on one thread: the kernel refuses others.
class uring {
 public:
  /// Throws: std::system_error when the kernel has no io_uring or refuses it.
  explicit uring(const uring_setup& setup);
  uring(uring&&) = delete;  // has_news() reads its words

  int descriptor() const noexcept { return descriptor_.get(); }
  /// The kernel's IORING_FEAT_ bits.
  std::uint32_t kernel_features() const noexcept { return kernel_features_; }

  /// The next free entry, zeroed, queued; enters when the queue is full.
  io_uring_sqe& next_submission() noexcept;
  bool has_submissions() const noexcept { return queued() != 0; }

  /// Whether the kernel has work that it does only in an enter: deferred completions, or those that
  /// found the queue full.
  bool has_deferred_work() const noexcept {
    return (std::atomic_ref(*flags_).load(std::memory_order_relaxed) & deferred_mask) != 0;
  }

  /// Whether completions that found the queue full wait in the kernel for an enter.
  bool has_overflown() const noexcept {
    return (std::atomic_ref(*flags_).load(std::memory_order_relaxed) & IORING_SQ_CQ_OVERFLOW) != 0;
  }

  /// Submits what is queued and lets the kernel do its deferred work; does not block.
  void enter() noexcept;

  /// As enter(), then blocks until there is a completion, a signal came or `at_most` has passed;
  /// `duration::max()` is for ever.
  void enter_and_wait(duration at_most) noexcept;

  bool has_completions() const noexcept {
    // Pairs with the kernel's release of the tail.
    return *completion_head_ != std::atomic_ref(*completion_tail_).load(std::memory_order_acquire);
  }
  /// Takes the completions that are there, oldest first, as long as `take` returns true.
  template <std::predicate<const io_uring_cqe&> Take>
  void take_completions(Take take) {
    // Copies, which the compiler may keep in registers whatever `take` does.
    const io_uring_cqe* completions = completions_;
    std::uint32_t mask = completion_mask_;
    std::atomic_ref head_word(*completion_head_);
    std::uint32_t tail = std::atomic_ref(*completion_tail_).load(std::memory_order_acquire);
    for (std::uint32_t head = *completion_head_; head != tail;) {
      io_uring_cqe oldest = completions[head & mask];
      // Pairs with the kernel's acquire of the head before it writes into the entry again.
      head_word.store(++head, std::memory_order_release);
      if (!take(oldest)) return;
    }
  }

  /// io_uring_register(2).
  /// Returns: what it returns, or -errno.
  int register_with(unsigned opcode, void* argument, unsigned count) noexcept;

  // For driver::has_news().
  const std::uint32_t* flags_word() const noexcept { return flags_; }
  const std::uint32_t* completion_tail_word() const noexcept { return completion_tail_; }
  const std::uint32_t* completion_head_word() const noexcept { return completion_head_; }
  static constexpr std::uint32_t deferred_mask = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;

  /// How often the kernel was entered.
  std::uint64_t enters() const noexcept { return enters_; }

 private:
  void map(const io_uring_params& layout);
  void make_room() noexcept;
  /// Returns: whether it ended because the time was over; false also where it submitted something.
  bool wait(duration at_most) noexcept;
  /// Returns: 0 where something was submitted, however the wait ended; else also EINTR, ETIME or a
  ///          shortage that passes.
  int enter(unsigned flags, unsigned completions_wanted, io_uring_getevents_arg* argument) noexcept;
  std::uint32_t queued() const noexcept { return tail_ - *submission_head_; }

  unique_fd descriptor_;
  mapping queues_;
  mapping submission_entries_;

  io_uring_sqe* submissions_ = nullptr;
  std::uint32_t* submission_head_ = nullptr;  // the kernel's
  std::uint32_t* submission_tail_ = nullptr;
  std::uint32_t* flags_ = nullptr;  // the kernel's
  std::uint32_t tail_ = 0;          // entries up to here are written; published by enter()
  std::uint32_t submission_mask_ = 0;

  io_uring_cqe* completions_ = nullptr;
  std::uint32_t* completion_tail_ = nullptr;  // the kernel's
  std::uint32_t* completion_head_ = nullptr;
  std::uint32_t completion_mask_ = 0;

  std::uint32_t kernel_features_ = 0;
  std::uint64_t enters_ = 0;
};

/// Whether a ring can be made with these IORING_SETUP_ flags.
bool knows_setup_flags(unsigned flags) noexcept;

}  // namespace detail

}  // namespace pirn
