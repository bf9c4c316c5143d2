#include "pirn/platform/unix_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pirn/platform/fd.hpp"
#include "pirn/platform/sockaddr.hpp"

namespace pirn {

bool is_unix_socket(int descriptor) noexcept {
  int domain = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

std::expected<credentials, std::error_code> peer_credentials(int descriptor) noexcept {
  // Of other sockets the kernel says that nobody is there, which is no answer.
  if (!is_unix_socket(descriptor)) return std::unexpected(errno_code(EOPNOTSUPP));
  ucred told{};
  socklen_t size = sizeof told;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &told, &size) != 0) {
    return std::unexpected(last_error());
  }
  return credentials{.process_id = told.pid, .user_id = told.uid, .group_id = told.gid};
}

bool remove_stale_socket(const endpoint& local) noexcept {
  if (local.kind() != endpoint::family::unix_path || local.path().front() == '\0') return false;
  const socket_address address(local);
  std::array<char, endpoint::path_max_bytes + 1> path{};
  std::ranges::copy(local.path(), path.begin());
  struct ::stat status{};
  if (::lstat(path.data(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const unique_fd asking(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!asking || ::connect(asking.get(), address.data(), address.size()) == 0) return false;
  // Not EAGAIN, which is a full queue, nor EPROTOTYPE, which is a socket of another kind.
  return errno == ECONNREFUSED && ::unlink(path.data()) == 0;
}

}  // namespace pirn
