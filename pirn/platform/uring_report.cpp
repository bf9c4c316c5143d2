#include "pirn/platform/uring_report.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <system_error>

#include "pirn/platform/mapping.hpp"
#include "pirn/platform/uring.hpp"

namespace pirn {

namespace {

using detail::mapping;
using detail::uring;

// As Linux's headers have them from 6.12 and 6.10 on.
constexpr std::uint16_t buffer_ring_incremental = 2;
constexpr std::uint32_t feature_receive_bundle = 1U << 14;

/// Asks one ring.
class uring_questions {
 public:
  explicit uring_questions(uring& ring) noexcept : ring_(ring) {
    knows_codes_ = ring_.register_with(IORING_REGISTER_PROBE, codes_.data(), 256) >= 0;
  }

  bool has_feature(std::uint32_t bit) const noexcept {
    return (ring_.kernel_features() & bit) != 0;
  }

  bool has_codes(std::initializer_list<unsigned> codes) const noexcept {
    return knows_codes_ && std::ranges::all_of(codes, [&](unsigned code) {
             return (codes_[2 + code].flags & IO_URING_OP_SUPPORTED) != 0;
           });
  }

  bool has_buffer_rings(std::uint16_t flags) {
    const mapping entries = mapping::of_memory(8 * sizeof(io_uring_buf));
    io_uring_buf_reg request{};
    request.ring_addr = reinterpret_cast<std::uint64_t>(entries.data());
    request.ring_entries = 8;
    // The field before `resv`: called `pad` in older headers, `flags` from 6.4 on.
    constexpr std::size_t flags_at = offsetof(io_uring_buf_reg, resv) - sizeof flags;
    std::memcpy(reinterpret_cast<std::byte*>(&request) + flags_at, &flags, sizeof flags);
    if (ring_.register_with(IORING_REGISTER_PBUF_RING, &request, 1) < 0) return false;
    io_uring_buf_reg same_group{};
    return ring_.register_with(IORING_UNREGISTER_PBUF_RING, &same_group, 1) == 0;
  }

  bool has_direct_descriptors() noexcept {
    io_uring_rsrc_register request{};
    request.nr = 4;
    request.flags = IORING_RSRC_REGISTER_SPARSE;
    if (ring_.register_with(IORING_REGISTER_FILES2, &request, sizeof request) < 0) return false;
    return ring_.register_with(IORING_UNREGISTER_FILES, nullptr, 0) == 0;
  }

  bool has_registered_rings() noexcept {
    io_uring_rsrc_update request{};
    request.offset = ~0U;  // the kernel chooses the place
    request.data = static_cast<std::uint64_t>(ring_.descriptor());
    if (ring_.register_with(IORING_REGISTER_RING_FDS, &request, 1) != 1) return false;
    request.data = 0;
    return ring_.register_with(IORING_UNREGISTER_RING_FDS, &request, 1) == 1;
  }

  // A kernel that knows it finds nothing to cancel; another finds the flag wrong.
  bool cancels_by_descriptor() noexcept {
    io_uring_sqe& entry = ring_.next_submission();
    entry.opcode = IORING_OP_ASYNC_CANCEL;
    entry.fd = ring_.descriptor();
    entry.cancel_flags = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL;
    int result = -EINVAL;
    ring_.enter();
    ring_.take_completions([&](const io_uring_cqe& completion) {
      result = completion.res;
      return true;
    });
    return result >= 0 || result == -ENOENT;
  }

 private:
  // A head of the size of two entries, then an entry for each code.
  static_assert(sizeof(io_uring_probe) == 2 * sizeof(io_uring_probe_op));

  uring& ring_;
  std::array<io_uring_probe_op, 2 + 256> codes_{};
  bool knows_codes_ = false;
};

std::vector<uring_feature> answers_of(uring_questions& asked) {
  using enum uring_use;
  // What a request does many times has no probe of its own: these codes came with it.
  const bool has_5_19 = asked.has_codes({IORING_OP_SOCKET});
  const bool has_6_0 = asked.has_codes({IORING_OP_SEND_ZC});
  return {
      {"single issuer", "6.0", needed, "the kernel knows that one thread submits",
       detail::knows_setup_flags(IORING_SETUP_SINGLE_ISSUER)},
      {"deferred work", "6.1", when_there, "completions are made in batches, as the loop enters",
       detail::knows_setup_flags(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN)},
      {"news flag", "5.19", needed, "asking whether there is news takes no system call",
       detail::knows_setup_flags(IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG)},
      {"submission thread", "5.11", not_used, "twice the processor time",
       detail::knows_setup_flags(IORING_SETUP_SQPOLL)},
      {"registered ring", "5.18", not_used, "no difference could be measured",
       asked.has_registered_rings()},
      {"no lost completion", "5.5", needed, "what finds the queue full waits in the kernel",
       asked.has_feature(IORING_FEAT_NODROP)},
      {"time-out of a wait", "5.11", needed, "no request for the next timer",
       asked.has_feature(IORING_FEAT_EXT_ARG)},
      {"linked time-outs", "5.5", not_used, "a timer of the loop costs a thirtieth",
       asked.has_codes({IORING_OP_LINK_TIMEOUT})},
      {"silent success", "5.17", needed, "closing and cancelling tell of failures only",
       asked.has_feature(IORING_FEAT_CQE_SKIP)},
      {"multishot accept", "5.19", when_there, "one request brings all connections", has_5_19},
      {"multishot poll", "5.13", needed, "one request tells of all bursts", has_5_19},
      {"multishot receive", "6.0", when_there, "one request brings all small messages", has_6_0},
      {"buffer rings", "5.19", needed, "a connection that waits holds no buffer",
       asked.has_buffer_rings(0)},
      {"incremental buffers", "6.12", not_used,
       "large buffers of a socket's own take bursts for less",
       asked.has_buffer_rings(buffer_ring_incremental)},
      {"receive bundles", "6.10", not_used, "as incremental buffers",
       asked.has_feature(feature_receive_bundle)},
      {"send without copying", "6.0", not_used, "costs more where the kernel copies anyway",
       asked.has_codes({IORING_OP_SEND_ZC})},
      {"messages between rings", "5.18", not_used, "an eventfd wakes a sleeping loop as fast",
       asked.has_codes({IORING_OP_MSG_RING})},
      {"direct descriptors", "5.19", not_used, "plain calls, which come first, cannot use them",
       has_5_19 && asked.has_direct_descriptors()},
      {"cancel by descriptor", "5.19", not_used, "looks at every request in flight",
       asked.cancels_by_descriptor()},
      {"files", "5.15", needed, "opened, read, written and renamed without threads",
       asked.has_codes({IORING_OP_OPENAT, IORING_OP_READ, IORING_OP_WRITE, IORING_OP_FSYNC,
                        IORING_OP_CLOSE, IORING_OP_STATX, IORING_OP_RENAMEAT, IORING_OP_UNLINKAT,
                        IORING_OP_MKDIRAT})},
  };
}

}  // namespace

std::vector<uring_feature> list_uring_features() {
  for (const bool deferred : {true, false}) {
    try {
      uring ring({.submissions = 8, .completions = 16, .deferred_work = deferred});
      uring_questions asked(ring);
      return answers_of(asked);
    } catch (const std::system_error&) {
    }
  }
  return {};
}

}  // namespace pirn
