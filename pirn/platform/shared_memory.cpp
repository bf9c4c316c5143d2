#include "pirn/platform/shared_memory.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pirn {

namespace {
constexpr int fixed_size = F_SEAL_SHRINK | F_SEAL_GROW;
}

shared_memory::shared_memory(std::size_t size_bytes)
    : descriptor_(::memfd_create("pirn", MFD_CLOEXEC | MFD_ALLOW_SEALING)),
      size_bytes_(size_bytes) {
  if (!descriptor_) throw std::system_error(last_error(), "memfd_create");
  if (::ftruncate(descriptor_.get(), static_cast<off_t>(size_bytes)) != 0) {
    throw std::system_error(last_error(), "shared memory of " + std::to_string(size_bytes) + " B");
  }
  if (::fcntl(descriptor_.get(), F_ADD_SEALS, fixed_size) != 0) {
    throw std::system_error(last_error(), "seal shared memory");
  }
  map();
}

shared_memory::shared_memory(unique_fd descriptor) : descriptor_(std::move(descriptor)) {
  int seals = ::fcntl(descriptor_.get(), F_GET_SEALS);
  if (seals < 0 || (seals & fixed_size) != fixed_size) {
    throw std::invalid_argument("a descriptor that is no shared memory");
  }
  struct stat status{};
  if (::fstat(descriptor_.get(), &status) != 0) throw std::system_error(last_error(), "fstat");
  size_bytes_ = static_cast<std::size_t>(status.st_size);
  map();
}

void shared_memory::map() {
  if (size_bytes_ != 0) pages_ = detail::mapping::of_shared(descriptor_.get(), size_bytes_);
}

}  // namespace pirn
