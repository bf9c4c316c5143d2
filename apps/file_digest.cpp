#include "file_digest.hpp"

#include <cerrno>
#include <cstddef>
#include <span>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "pirn/platform/fd.hpp"

namespace pirn::apps {

namespace {

// Stays within a processor's own cache, so that the digest does not wait for memory.
constexpr std::size_t block_bytes = 256 * 1024;

// What a thread needs for one file after the other.
struct digest_desk {
  sha256 hash;
  std::vector<std::byte> block = std::vector<std::byte>(block_bytes);
};

digest_result failure(int error) {
  return {.digest = {}, .error = error};
}

digest_result digest_of(int descriptor, digest_desk& desk) {
  for (;;) {
    const ssize_t count = ::read(descriptor, desk.block.data(), desk.block.size());
    if (count == 0) return {.digest = desk.hash.finish()};
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(errno);
    desk.hash.update(std::span(desk.block).first(static_cast<std::size_t>(count)));
  }
}

}  // namespace

digest_result file_digest(const std::string& path) {
  thread_local digest_desk desk;
  const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return failure(errno);
  const digest_result result = digest_of(file.get(), desk);
  if (result.error != 0) desk.hash.restart();
  return result;
}

}  // namespace pirn::apps
