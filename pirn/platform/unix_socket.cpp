#include "pirn/platform/unix_socket.hpp"

#include <cerrno>

#include <sys/socket.h>

#include "pirn/platform/fd.hpp"

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

}  // namespace pirn
