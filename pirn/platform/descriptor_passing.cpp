#include "pirn/platform/descriptor_passing.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/uio.h>

#include "pirn/base/assert.hpp"

namespace pirn {

namespace {

static_assert(sizeof(slice) == sizeof(iovec), "slices are given to the kernel as they are");

struct alignas(cmsghdr) control_space {
  char bytes[CMSG_SPACE(passed_descriptors_max * sizeof(int))];
};

void put_descriptors(msghdr& header, control_space& space, std::span<const int> descriptors) {
  header.msg_control = space.bytes;
  header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  cmsghdr* control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(control), descriptors.data(), descriptors.size_bytes());
}

void take_descriptors(msghdr& header, std::vector<unique_fd>& descriptors) noexcept {
  for (cmsghdr* each = CMSG_FIRSTHDR(&header); each != nullptr; each = CMSG_NXTHDR(&header, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
    std::size_t count = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(each) + i * sizeof(int), sizeof(int));
      descriptors.emplace_back(number);
    }
  }
}

received_bytes receive(int socket, std::span<std::byte> into, std::vector<unique_fd>& descriptors,
                       int flags) {
  descriptors.reserve(descriptors.size() + passed_descriptors_max);
  iovec part{.iov_base = into.data(), .iov_len = into.size()};
  control_space space;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = space.bytes;
  header.msg_controllen = sizeof space.bytes;
  ssize_t count = 0;
  do {
    count = ::recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return {-errno, false};
  take_descriptors(header, descriptors);
  return {count, (header.msg_flags & MSG_CTRUNC) != 0};
}

}  // namespace

std::ptrdiff_t send_now(int socket, std::span<const slice> parts,
                        std::span<const int> descriptors) noexcept {
  PIRN_ASSERT(descriptors.size() <= passed_descriptors_max, "the kernel passes no more at once");
  msghdr header{};
  header.msg_iov = reinterpret_cast<iovec*>(const_cast<slice*>(parts.data()));
  header.msg_iovlen = parts.size();
  control_space space;
  if (!descriptors.empty()) put_descriptors(header, space, descriptors);
  ssize_t count = 0;
  do {
    count = ::sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

received_bytes receive_now(int socket, std::span<std::byte> into,
                           std::vector<unique_fd>& descriptors) {
  return receive(socket, into, descriptors, MSG_DONTWAIT);
}
received_bytes receive_blocking(int socket, std::span<std::byte> into,
                                std::vector<unique_fd>& descriptors) {
  return receive(socket, into, descriptors, 0);
}

}  // namespace pirn
