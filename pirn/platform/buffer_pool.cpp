#include "pirn/platform/buffer_pool.hpp"

#include <new>

#include "pirn/base/assert.hpp"
#include "pirn/base/compiler.hpp"

namespace pirn::detail {

void receive_size::received(std::size_t count_bytes) noexcept {
  auto place = static_cast<std::uint8_t>(next_);
  if (count_bytes >= buffer_sizes_bytes[place]) {
    small_reads_ = 0;
    if (next_ != buffer_size::large) next_ = static_cast<buffer_size>(place + 1);
    return;
  }
  if (place == 0) return;
  // Half of the smaller buffer, so that messages of just its size do not go up and down for ever.
  if (count_bytes > buffer_sizes_bytes[place - 1U] / 2) {
    small_reads_ = 0;
  } else if (++small_reads_ == patience) {
    small_reads_ = 0;
    next_ = static_cast<buffer_size>(place - 1);
  }
}

buffer_pool::buffer_pool() {
  for (std::size_t place = 0; place < shelves_.size(); ++place) {
    shelves_[place].buffers.resize(kept_max[place]);
  }
}

buffer_pool::~buffer_pool() {
  PIRN_ASSERT(lent_ == 0, "a lease outlives its loop");
  for (shelf& kept : shelves_) {
    while (kept.count > 0) ::operator delete(kept.buffers[--kept.count]);
  }
}

std::span<std::byte> buffer_pool::make(buffer_size size) noexcept {
  void* buffer = ::operator new(bytes_of(size), std::nothrow);
  if (buffer == nullptr) return {};
  ++lent_;
  return {static_cast<std::byte*>(buffer), bytes_of(size)};
}

void buffer_pool::give_back(std::byte* buffer, buffer_size size) noexcept {
  --lent_;
  shelf& kept = shelves_[static_cast<std::size_t>(size)];
  if (sanitized || kept.count == kept.buffers.size()) {
    ::operator delete(buffer);
  } else {
    kept.buffers[kept.count++] = buffer;
  }
}

}  // namespace pirn::detail
