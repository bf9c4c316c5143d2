#include "pirn/platform/buffer_ring.hpp"

#include <atomic>
#include <bit>
#include <system_error>

#include "pirn/base/assert.hpp"

namespace pirn::detail {

buffer_ring::buffer_ring(uring& ring, const buffer_ring_setup& setup)
    : entries_(mapping::of_memory(setup.at_most * sizeof(io_uring_buf))),
      size_bytes_(setup.size_bytes),
      slab_buffers_(setup.at_first),
      slab_shift_(static_cast<unsigned>(std::countr_zero(setup.at_first))),
      limit_(setup.at_most) {
  PIRN_ASSERT(std::has_single_bit(limit_) && limit_ <= 32768, "the kernel wants a power of two");
  PIRN_ASSERT(std::has_single_bit(slab_buffers_) && slab_buffers_ <= limit_,
              "the ring grows by doubling");
  chunks_.reserve(limit_);
  slabs_.reserve(limit_ / slab_buffers_);
  io_uring_buf_reg request{};
  request.ring_addr = reinterpret_cast<std::uint64_t>(entries_.data());
  request.ring_entries = limit_;
  request.bgid = group;
  int refused = ring.register_with(IORING_REGISTER_PBUF_RING, &request, 1);
  if (refused < 0) throw std::system_error(errno_code(-refused), "a ring of buffers");
  add_slab();
}

void buffer_ring::add_slab() {
  slabs_.push_back(mapping::of_memory(std::size_t{slab_buffers_} * size_bytes_));
  unsigned first = count_;
  count_ += slab_buffers_;
  chunks_.resize(count_);
  for (std::uint32_t id = first; id < count_; ++id) give(id);
}

bool buffer_ring::grow() noexcept {
  if (count_ == limit_) return false;
  try {
    for (unsigned slabs = count_ / slab_buffers_; slabs != 0; --slabs) add_slab();
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void buffer_ring::give(std::uint32_t id) noexcept {
  auto* entries = entries_.at<io_uring_buf>(0);
  io_uring_buf& entry = entries[tail_ & (limit_ - 1)];
  // Not as a whole: the first entry's last two bytes are the ring's tail.
  entry.addr = reinterpret_cast<std::uint64_t>(data(id));
  entry.len = size_bytes_;
  entry.bid = static_cast<std::uint16_t>(id);
  // Pairs with the kernel's acquire of the tail.
  std::atomic_ref(entries[0].resv).store(++tail_, std::memory_order_release);
}

}  // namespace pirn::detail
