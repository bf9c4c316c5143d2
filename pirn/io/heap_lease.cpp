#include "pirn/io/heap_lease.hpp"

#include <new>
#include <utility>

namespace pirn::io {
namespace {

class heap final : public lender {
 public:
  void take_back(std::byte* buffer, std::uint32_t) noexcept override { ::operator delete(buffer); }
};
constinit heap the_heap;

}  // namespace

heap_buffer::heap_buffer(std::size_t size_bytes)
    : memory_(static_cast<std::byte*>(::operator new(size_bytes))), size_bytes_(size_bytes) {}

heap_buffer::~heap_buffer() {
  ::operator delete(memory_);
}

lease heap_buffer::lend(std::size_t count_bytes) noexcept {
  if (count_bytes == 0) return {};
  size_bytes_ = 0;
  return {the_heap, std::exchange(memory_, nullptr), 0, static_cast<std::uint32_t>(count_bytes)};
}

}  // namespace pirn::io
