#include "pirn/platform/splice_pipe.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>

#include "pirn/platform/no_sigpipe.hpp"

namespace pirn {

namespace {

constexpr int wanted_capacity_bytes = 1 << 20;  // what a user may have without privileges

// Whether splice(2) waits for a socket is decided by the flags of the socket's file, not by the
// call's. The flags are changed for the call alone: requests that a driver has in the
// kernel were made without them, and keep their ways.
class nonblocking_meanwhile {
 public:
  explicit nonblocking_meanwhile(int descriptor) noexcept
      : descriptor_(descriptor), flags_(::fcntl(descriptor, F_GETFL)) {
    if (!was_set()) ::fcntl(descriptor_, F_SETFL, flags_ | O_NONBLOCK);
  }
  nonblocking_meanwhile(nonblocking_meanwhile&&) = delete;
  ~nonblocking_meanwhile() {
    if (!was_set()) ::fcntl(descriptor_, F_SETFL, flags_);
  }

 private:
  bool was_set() const noexcept { return flags_ < 0 || (flags_ & O_NONBLOCK) != 0; }

  int descriptor_;
  int flags_;
};

std::ptrdiff_t move_now(int from, int to, std::size_t bytes_max) noexcept {
  ssize_t count = 0;
  do {
    count = ::splice(from, nullptr, to, nullptr, bytes_max, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

}  // namespace

std::optional<splice_pipe> splice_pipe::open() noexcept {
  auto ends = make_pipe();
  if (!ends) return std::nullopt;
  ::fcntl(ends->writer.get(), F_SETPIPE_SZ, wanted_capacity_bytes);  // else what there is
  const int capacity_bytes = ::fcntl(ends->writer.get(), F_GETPIPE_SZ);
  if (capacity_bytes <= 0) return std::nullopt;
  return splice_pipe(std::move(*ends), static_cast<std::size_t>(capacity_bytes));
}

std::ptrdiff_t splice_pipe::fill_from(int socket) noexcept {
  nonblocking_meanwhile socket_flags(socket);
  const std::ptrdiff_t count = move_now(socket, ends_.writer.get(), capacity_bytes_);
  if (count > 0) held_bytes_ += static_cast<std::size_t>(count);
  return count;
}

std::ptrdiff_t splice_pipe::empty_into(int socket) noexcept {
  detail::no_sigpipe quiet;
  nonblocking_meanwhile socket_flags(socket);
  const std::ptrdiff_t count = move_now(ends_.reader.get(), socket, held_bytes_);
  if (count > 0) held_bytes_ -= static_cast<std::size_t>(count);
  if (count == -EPIPE) quiet.take();
  return count;
}

}  // namespace pirn
