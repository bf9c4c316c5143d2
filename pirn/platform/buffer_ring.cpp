#include "pirn/platform/buffer_ring.hpp"

#include <atomic>
#include <bit>
#include <system_error>

#include "pirn/base/assert.hpp"

namespace pirn::detail {

buffer_ring::buffer_ring(uring& ring, const buffer_ring_setup& setup)
    : entries_(mapping::of_memory(setup.at_most * sizeof(io_uring_buf))),
      buffers_(mapping::of_memory(std::size_t{setup.at_most} * setup.size_bytes)),
      chunks_(setup.at_most),
      size_bytes_(setup.size_bytes),
      size_shift_(static_cast<unsigned>(std::countr_zero(setup.size_bytes))),
      mask_(setup.at_most - 1) {
  PIRN_ASSERT(std::has_single_bit(setup.at_most) && setup.at_most <= 32768,
              "the kernel wants a power of two");
  PIRN_ASSERT(std::has_single_bit(setup.at_first) && setup.at_first <= setup.at_most,
              "the ring grows by doubling");
  PIRN_ASSERT(std::has_single_bit(size_bytes_), "a buffer's place is its number, shifted");
  io_uring_buf_reg request{};
  request.ring_addr = reinterpret_cast<std::uint64_t>(entries_.data());
  request.ring_entries = setup.at_most;
  request.bgid = group;
  int refused = ring.register_with(IORING_REGISTER_PBUF_RING, &request, 1);
  if (refused < 0) throw std::system_error(errno_code(-refused), "a ring of buffers");
  add(setup.at_first);
}

void buffer_ring::add(unsigned buffers) noexcept {
  unsigned first = count_;
  count_ += buffers;
  for (std::uint32_t id = first; id < count_; ++id) give(id);
}

bool buffer_ring::grow() noexcept {
  if (count_ > mask_) return false;
  add(count_);
  return true;
}

void buffer_ring::take_back(std::byte* buffer, std::uint32_t id) noexcept {
  auto* entries = entries_.at<io_uring_buf>(0);
  io_uring_buf& entry = entries[tail_ & mask_];
  // Not as a whole: the first entry's last two bytes are the ring's tail.
  entry.addr = reinterpret_cast<std::uint64_t>(buffer);
  entry.len = size_bytes_;
  entry.bid = static_cast<std::uint16_t>(id);
  // Pairs with the kernel's acquire of the tail.
  std::atomic_ref(entries[0].resv).store(++tail_, std::memory_order_release);
}

}  // namespace pirn::detail
