#include "pirn/platform/descriptor_calls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pirn/platform/no_sigpipe.hpp"
#include "pirn/platform/timespec.hpp"

namespace pirn {

namespace {

short wanted(int events) noexcept {
  int result = 0;
  if ((events & poll_readable) != 0) result |= POLLIN;
  if ((events & poll_writable) != 0) result |= POLLOUT;
  return static_cast<short>(result);
}

int happened(int events) noexcept {
  int result = 0;
  if ((events & POLLIN) != 0) result |= poll_readable;
  if ((events & POLLOUT) != 0) result |= poll_writable;
  if ((events & POLLHUP) != 0) result |= poll_hang_up;
  if ((events & (POLLERR | POLLNVAL)) != 0) result |= poll_error;
  return result;
}

template <class Change>
int change_flags(int descriptor, Change change) noexcept {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0) return -errno;
  const int wanted = change(flags);
  return wanted == flags || ::fcntl(descriptor, F_SETFL, wanted) == 0 ? 0 : -errno;
}

}  // namespace

std::expected<pipe_ends, std::error_code> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(last_error());
  return pipe_ends{unique_fd(ends[0]), unique_fd(ends[1])};
}

std::expected<socket_pair, std::error_code> make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return std::unexpected(last_error());
  }
  return socket_pair{unique_fd(ends[0]), unique_fd(ends[1])};
}

unique_fd duplicate(int descriptor) noexcept {
  return unique_fd(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
}

unique_fd open_nonblocking_twin(int descriptor, access what) noexcept {
  struct ::stat status{};
  if (::fstat(descriptor, &status) != 0) return {};
  if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
    std::array<char, 32> path{};
    std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", descriptor);
    const int direction = what == access::reading ? O_RDONLY : O_WRONLY;
    unique_fd twin(::open(path.data(), direction | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (twin) return twin;  // else it is another user's terminal, or a pipe that nobody reads
  }
  unique_fd twin = duplicate(descriptor);
  if (!twin || S_ISREG(status.st_mode) || set_nonblocking(twin.get()) == 0) return twin;
  return {};
}

int shut_down_sending(int descriptor) noexcept {
  return ::shutdown(descriptor, SHUT_WR) == 0 ? 0 : -errno;
}

int put_in_place_of(int number, int descriptor) noexcept {
  return ::dup2(descriptor, number) >= 0 ? 0 : -errno;
}

unique_fd open_null() noexcept {
  return unique_fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
}

std::expected<unique_fd, std::error_code> make_memory_file(std::span<const std::byte> content) {
  unique_fd file(::memfd_create("pirn", MFD_CLOEXEC));
  if (!file) return std::unexpected(last_error());
  std::size_t written = 0;
  while (written < content.size()) {
    auto rest = content.subspan(written);
    ssize_t count = ::pwrite(file.get(), rest.data(), rest.size(), static_cast<off_t>(written));
    if (count < 0 && errno != EINTR) return std::unexpected(last_error());
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  return file;
}

int set_close_on_exec(int descriptor) noexcept {
  return ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 ? 0 : -errno;
}

int set_nonblocking(int descriptor) noexcept {
  return change_flags(descriptor, [](int flags) { return flags | O_NONBLOCK; });
}

int set_blocking(int descriptor) noexcept {
  return change_flags(descriptor, [](int flags) { return flags & ~O_NONBLOCK; });
}

std::ptrdiff_t read_now(int descriptor, std::span<std::byte> into) noexcept {
  ssize_t count = 0;
  do {
    count = ::read(descriptor, into.data(), into.size());
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

std::ptrdiff_t write_now(int descriptor, std::span<const std::byte> from) noexcept {
  detail::no_sigpipe quiet;
  ssize_t count = 0;
  do {
    count = ::write(descriptor, from.data(), from.size());
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return count;
  int error = errno;
  if (error == EPIPE) quiet.take();
  return -error;
}

int wait_until_ready(int descriptor, int events, std::optional<steady_time> deadline) noexcept {
  pollfd watched{.fd = descriptor, .events = wanted(events), .revents = 0};
  for (;;) {
    int ready = ::poll(&watched, 1, detail::remaining_ms(deadline));
    if (ready > 0) return happened(watched.revents);
    if (ready < 0 && errno != EINTR) return -errno;
    if (deadline && std::chrono::steady_clock::now() >= *deadline) return 0;
  }
}

}  // namespace pirn
