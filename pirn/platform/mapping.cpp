#include "pirn/platform/mapping.hpp"

#include <system_error>

#include <unistd.h>

#include "pirn/platform/fd.hpp"

namespace pirn::detail {

// In a forked child that lacks the pages, others may be at their addresses by now.
mapping::~mapping() {
  if (data_ == nullptr || (only_in_ != 0 && only_in_ != ::getpid())) return;
  ::munmap(data_, size_bytes_);
}

mapping mapping::of_memory(std::size_t size_bytes) {
  void* data =
      ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::system_error(last_error(), "mmap");
  return {data, size_bytes};
}

mapping mapping::of_kernel(int descriptor, std::size_t size_bytes, off_t offset) {
  constexpr int protection = PROT_READ | PROT_WRITE;
  void* data =
      ::mmap(nullptr, size_bytes, protection, MAP_SHARED | MAP_POPULATE, descriptor, offset);
  if (data == MAP_FAILED) throw std::system_error(last_error(), "mmap of io_uring");
  mapping made(data, size_bytes);
  made.only_in_ = ::getpid();
  if (::madvise(data, size_bytes, MADV_DONTFORK) != 0) {
    throw std::system_error(last_error(), "madvise of io_uring");
  }
  return made;
}

mapping mapping::of_shared(int descriptor, std::size_t size_bytes) {
  void* data = ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (data == MAP_FAILED) throw std::system_error(last_error(), "mmap of shared memory");
  return {data, size_bytes};
}

}  // namespace pirn::detail
