#include "pirn/platform/service_manager.hpp"

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include <sys/socket.h>

#include "pirn/platform/fd.hpp"
#include "pirn/platform/sockaddr.hpp"

namespace pirn {

namespace {

std::optional<endpoint> asking_socket() {
  const char* value = std::getenv("NOTIFY_SOCKET");
  if (value == nullptr || (*value != '/' && *value != '@')) return std::nullopt;
  return endpoint::parse("unix:" + std::string(value));
}

}  // namespace

bool notify_service_manager(std::string_view states) {
  const std::optional<endpoint> where = asking_socket();
  if (!where) return false;
  const socket_address address(*where);
  const unique_fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return false;
  ssize_t sent = 0;
  do {
    sent = ::sendto(socket.get(), states.data(), states.size(), MSG_NOSIGNAL, address.data(),
                    address.size());
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(states.size());
}

}  // namespace pirn
