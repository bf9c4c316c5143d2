#include "pirn/platform/uring.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>

#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "pirn/base/assert.hpp"
#include "pirn/base/compiler.hpp"
#include "pirn/platform/uring_refusal.hpp"

namespace pirn {

namespace detail {

namespace {

int io_uring_setup(unsigned entries, io_uring_params& params) noexcept {
  return static_cast<int>(::syscall(SYS_io_uring_setup, entries, &params));
}

unsigned setup_flags(const uring_setup& setup) noexcept {
  unsigned flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |
                   IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_TASKRUN_FLAG;
  return flags | (setup.deferred_work ? IORING_SETUP_DEFER_TASKRUN : IORING_SETUP_COOP_TASKRUN);
}

// What every kernel from 6.1 on has: one mapping for both queues, no completion lost, data of a
// request read when it is submitted, reads at the file's own position, time-outs as an argument of
// enter, requests that say nothing when they succeed.
constexpr unsigned needed_features = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP |
                                     IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_RW_CUR_POS |
                                     IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP;

}  // namespace

uring::uring(const uring_setup& setup) {
  io_uring_params params{};
  params.flags = setup_flags(setup);
  params.cq_entries = setup.completions;
  int made = io_uring_setup(setup.submissions, params);
  if (made < 0) throw std::system_error(last_error(), "io_uring_setup");
  descriptor_.reset(made);
  if ((params.features & needed_features) != needed_features) {
    throw std::system_error(errno_code(EOPNOTSUPP), "io_uring_setup: the kernel is too old");
  }
  kernel_features_ = params.features;
  map(params);
}

void uring::map(const io_uring_params& layout) {
  std::size_t submissions_end = layout.sq_off.array + layout.sq_entries * sizeof(std::uint32_t);
  std::size_t completions_end = layout.cq_off.cqes + layout.cq_entries * sizeof(io_uring_cqe);
  queues_ = mapping::of_kernel(descriptor(), std::max(submissions_end, completions_end),
                               IORING_OFF_SQ_RING);
  submission_entries_ =
      mapping::of_kernel(descriptor(), layout.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES);
  submissions_ = submission_entries_.at<io_uring_sqe>(0);
  submission_head_ = queues_.at<std::uint32_t>(layout.sq_off.head);
  submission_tail_ = queues_.at<std::uint32_t>(layout.sq_off.tail);
  flags_ = queues_.at<std::uint32_t>(layout.sq_off.flags);
  submission_mask_ = layout.sq_entries - 1;
  completions_ = queues_.at<io_uring_cqe>(layout.cq_off.cqes);
  completion_head_ = queues_.at<std::uint32_t>(layout.cq_off.head);
  completion_tail_ = queues_.at<std::uint32_t>(layout.cq_off.tail);
  completion_mask_ = layout.cq_entries - 1;
  // Entries are submitted in the order of their places, so the indirection is set once.
  auto* order = queues_.at<std::uint32_t>(layout.sq_off.array);
  for (std::uint32_t place = 0; place < layout.sq_entries; ++place) order[place] = place;
}

io_uring_sqe& uring::next_submission() noexcept {
  if (queued() > submission_mask_) [[unlikely]]
    make_room();
  io_uring_sqe& entry = submissions_[tail_++ & submission_mask_];
  std::memset(&entry, 0, sizeof entry);
  return entry;
}

// A full queue empties with one enter unless the kernel is short of memory; then it frees some as
// other requests end, which their deferred work must do first.
void uring::make_room() noexcept {
  enter(0, 0, nullptr);
  constexpr int patience_ms = 10'000;
  for (int attempts = 0; queued() > submission_mask_; ++attempts) {
    PIRN_ASSERT(attempts < patience_ms, "the kernel takes no submissions");
    if (attempts > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    enter();
  }
}

void uring::enter() noexcept {
  enter(IORING_ENTER_GETEVENTS, 0, nullptr);
}

void uring::enter_and_wait(duration at_most) noexcept {
  if constexpr (thread_sanitized) {
    // ThreadSanitizer keeps a handler back until the thread calls a function that it intercepts, as
    // that of the clock. Of a signal just before the thread falls asleep it would never know.
    constexpr duration nap = std::chrono::milliseconds(10);
    using clock = std::chrono::steady_clock;
    for (const auto end = saturating_add<clock>(clock::now(), at_most); at_most > nap;
         at_most = end - clock::now()) {
      if (!wait(nap)) return;
    }
    at_most = std::max(at_most, duration::zero());
  }
  wait(at_most);
}

bool uring::wait(duration at_most) noexcept {
  if (at_most == duration::max()) return enter(IORING_ENTER_GETEVENTS, 1, nullptr) == ETIME;
  __kernel_timespec time{.tv_sec = at_most.count() / 1'000'000'000,
                         .tv_nsec = at_most.count() % 1'000'000'000};
  io_uring_getevents_arg argument{};
  argument.ts = reinterpret_cast<std::uint64_t>(&time);
  return enter(IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, 1, &argument) == ETIME;
}

int uring::enter(unsigned flags, unsigned completions_wanted,
                 io_uring_getevents_arg* argument) noexcept {
  // Pairs with the kernel's acquire: it sees the entries written before. In this mode it reads them
  // in io_uring_enter only, on this thread.
  std::atomic_ref(*submission_tail_).store(tail_, std::memory_order_release);
  ++enters_;
  std::size_t argument_size = argument != nullptr ? sizeof *argument : 0;
  long result = ::syscall(SYS_io_uring_enter, descriptor(), queued(), completions_wanted, flags,
                          argument, argument_size);
  if (result >= 0) return 0;
  switch (const int error = errno) {
    case EINTR:   // a signal: its handler has run, the loop wants to look
    case ETIME:   // the time is over
    case EAGAIN:  // no memory for requests now; they stay queued
    case ENOMEM:
    case EBUSY:  // completions that found the queue full wait to be read
      return error;
    case EBADR:
      PIRN_ASSERT(false, "the kernel had no memory to keep a completion, and dropped it");
      return error;
    default:
      PIRN_ASSERT(false,
                  "io_uring_enter refused: used on another thread, or its descriptor closed");
      return error;
  }
}

int uring::register_with(unsigned opcode, void* argument, unsigned count) noexcept {
  long result = ::syscall(SYS_io_uring_register, descriptor(), opcode, argument, count);
  return result < 0 ? -errno : static_cast<int>(result);
}

bool knows_setup_flags(unsigned flags) noexcept {
  io_uring_params params{};
  params.flags = flags;
  return static_cast<bool>(unique_fd(io_uring_setup(4, params)));
}

}  // namespace detail

namespace {

/// Whether requests with this operation code are known.
bool supports(detail::uring& ring, unsigned code) noexcept {
  // A head of the size of two entries, then an entry for each code.
  static_assert(sizeof(io_uring_probe) == 2 * sizeof(io_uring_probe_op));
  std::array<io_uring_probe_op, 2 + 256> answer{};
  if (ring.register_with(IORING_REGISTER_PROBE, answer.data(), 256) < 0) return false;
  return (answer[2 + code].flags & IO_URING_OP_SUPPORTED) != 0;
}

bool supports_buffer_rings(detail::uring& ring) {
  detail::mapping entries = detail::mapping::of_memory(8 * sizeof(io_uring_buf));
  io_uring_buf_reg request{};
  request.ring_addr = reinterpret_cast<std::uint64_t>(entries.data());
  request.ring_entries = 8;
  if (ring.register_with(IORING_REGISTER_PBUF_RING, &request, 1) < 0) return false;
  return ring.register_with(IORING_UNREGISTER_PBUF_RING, &request, 1) == 0;
}

void probe_setup(uring_features& found, const detail::uring_setup& setup) {
  try {
    detail::uring ring(setup);
    found.problem.clear();
    found.error.clear();
    found.deferred_work = setup.deferred_work;
    found.buffer_rings = supports_buffer_rings(ring);
    found.multishot = supports(ring, IORING_OP_SEND_ZC);  // of the same kernel, 6.0
    if (!supports(ring, IORING_OP_SENDMSG_ZC)) {
      found.problem = "the kernel is older than 6.1";
      found.error = errno_code(EOPNOTSUPP);
    }
  } catch (const std::system_error& refused) {
    found.error = refused.code();
    found.problem = detail::explain_uring_refusal(refused.code().value()).in_words();
  }
}

}  // namespace

uring_features probe_uring() {
  uring_features found;
  utsname names{};
  if (::uname(&names) == 0) found.kernel = names.release;
  probe_setup(found, {.submissions = 4, .completions = 8, .deferred_work = true});
  if (!found.usable()) {
    probe_setup(found, {.submissions = 4, .completions = 8, .deferred_work = false});
  }
  return found;
}

}  // namespace pirn
