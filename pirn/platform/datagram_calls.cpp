#include "pirn/platform/datagram_calls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "pirn/platform/sockaddr.hpp"

namespace pirn::detail {

namespace {

// As Linux's headers have them from 4.18, 5.0 and 4.20 on, and the C library's need not.
constexpr int udp_segment = 103;
constexpr int udp_gro = 104;
constexpr int ipv6_multicast_all = 29;

constexpr std::size_t messages_at_most = datagrams_per_receive;  // of one call
constexpr std::size_t datagrams_at_most = 256;                   // of one call that sends
constexpr std::size_t segments_at_most = 64;                     // of one message: UDP_MAX_SEGMENTS
constexpr std::size_t segmented_bytes_at_most = 65'000;

bool is_ipv6(int descriptor) noexcept {
  int family = 0;
  socklen_t size = sizeof family;
  ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size);
  return family == AF_INET6;
}

// Kernels that do not know the option would send the pieces as one.
bool kernel_segments() noexcept {
  static const bool knows = [] {
    const unique_fd probe(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return probe && set_option(probe.get(), IPPROTO_UDP, udp_segment, 0);
  }();
  return knows;
}

// Room for one control message with a number.
union control_room {
  std::array<std::byte, CMSG_SPACE(sizeof(int))> bytes;
  cmsghdr header;  // for its alignment
};

sockaddr_storage& to_storage(const endpoint& from, sockaddr_storage& into, socklen_t& size) {
  const socket_address address(from);
  size = address.size();
  std::memcpy(&into, address.data(), size);
  return into;
}

endpoint peer_of(const sockaddr_in6& name) noexcept {
  std::array<std::uint8_t, 16> ip{};
  if (name.sin6_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(name);
    std::array<std::uint8_t, 4> ip4{};
    std::memcpy(ip4.data(), &four.sin_addr, ip4.size());
    return endpoint::ipv4(ip4, ntohs(four.sin_port));
  }
  std::memcpy(ip.data(), &name.sin6_addr, ip.size());
  return endpoint::ipv6(ip, ntohs(name.sin6_port), name.sin6_scope_id);
}

std::uint32_t segment_size(msghdr& header) noexcept {
  for (cmsghdr* each = CMSG_FIRSTHDR(&header); each != nullptr; each = CMSG_NXTHDR(&header, each)) {
    if (each->cmsg_level != IPPROTO_UDP || each->cmsg_type != udp_gro) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(each), sizeof size);
    return static_cast<std::uint32_t>(size);
  }
  return 0;
}

// Datagrams from the first on that one message may carry: of one size, but that the last may be
// shorter, and for one peer.
std::size_t run_length(std::span<const outgoing_datagram> datagrams) noexcept {
  const outgoing_datagram& first = datagrams.front();
  const std::size_t size = first.bytes.size();
  if (size == 0) return 1;
  const std::size_t most =
      std::min({datagrams.size(), segments_at_most, segmented_bytes_at_most / size});
  std::size_t length = 1;
  while (length < most) {
    const outgoing_datagram& next = datagrams[length];
    const bool same_peer =
        next.to == first.to || (next.to != nullptr && first.to != nullptr && *next.to == *first.to);
    if (!same_peer || next.bytes.size() > size || next.bytes.empty()) break;
    ++length;
    if (next.bytes.size() < size) break;
  }
  return length;
}

// What one call sends.
class outgoing_messages {
 public:
  outgoing_messages(std::span<const outgoing_datagram> datagrams, bool may_segment) noexcept {
    datagrams = datagrams.first(std::min(datagrams.size(), datagrams_at_most));
    while (!datagrams.empty() && count_ < messages_at_most) {
      const std::size_t length = may_segment ? run_length(datagrams) : 1;
      add(datagrams.first(length));
      datagrams = datagrams.subspan(length);
    }
  }

  bool begins_with_run() const noexcept { return lengths_[0] > 1; }

  // Returns: how many datagrams were sent, or -errno.
  int send(int descriptor) noexcept {
    const int sent = ::sendmmsg(descriptor, headers_.data(), static_cast<unsigned>(count_),
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return -errno;
    int datagrams = 0;
    for (int i = 0; i < sent; ++i) datagrams += lengths_[static_cast<std::size_t>(i)];
    return datagrams;
  }

 private:
  void add(std::span<const outgoing_datagram> run) noexcept {
    msghdr& header = headers_[count_].msg_hdr;
    header = {};
    header.msg_iov = &pieces_[piece_count_];
    header.msg_iovlen = run.size();
    for (const outgoing_datagram& each : run) {
      pieces_[piece_count_++] = {const_cast<std::byte*>(each.bytes.data()), each.bytes.size()};
    }
    if (run.front().to != nullptr) {
      header.msg_name = &to_storage(*run.front().to, names_[count_], header.msg_namelen);
    }
    if (run.size() > 1) set_segment_size(header, run.front().bytes.size());
    lengths_[count_++] = static_cast<std::uint8_t>(run.size());
  }

  void set_segment_size(msghdr& header, std::size_t size_bytes) noexcept {
    const auto size = static_cast<std::uint16_t>(size_bytes);
    header.msg_control = &controls_[count_];
    header.msg_controllen = CMSG_SPACE(sizeof size);
    cmsghdr& control = *CMSG_FIRSTHDR(&header);
    control.cmsg_level = IPPROTO_UDP;
    control.cmsg_type = udp_segment;
    control.cmsg_len = CMSG_LEN(sizeof size);
    std::memcpy(CMSG_DATA(&control), &size, sizeof size);
  }

  // Written as far as they are used.
  std::array<mmsghdr, messages_at_most> headers_;
  std::array<sockaddr_storage, messages_at_most> names_;
  std::array<control_room, messages_at_most> controls_;
  std::array<std::uint8_t, messages_at_most> lengths_;
  std::array<iovec, datagrams_at_most> pieces_;
  std::size_t count_ = 0;
  std::size_t piece_count_ = 0;
};

}  // namespace

std::expected<unique_fd, std::error_code> open_datagrams(const endpoint& local,
                                                         const datagram_options& options) {
  const bool ipv6 = local.kind() == endpoint::family::ipv6;
  if (!ipv6 && local.kind() != endpoint::family::ipv4) {
    return std::unexpected(errno_code(EAFNOSUPPORT));
  }
  const socket_address address(local);
  unique_fd made(::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made) return std::unexpected(last_error());
  const int fd = made.get();
  const int room = options.receive_buffer_bytes;
  const int send_room = options.send_buffer_bytes;
  if ((options.reuse_address && !set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1)) ||
      (options.reuse_port && !set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) ||
      (options.broadcast && !set_option(fd, SOL_SOCKET, SO_BROADCAST, 1)) ||
      (room > 0 && !set_option(fd, SOL_SOCKET, SO_RCVBUF, room)) ||
      (send_room > 0 && !set_option(fd, SOL_SOCKET, SO_SNDBUF, send_room)) ||
      (ipv6 && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.only_ipv6 ? 1 : 0)) ||
      ::bind(fd, address.data(), address.size()) != 0) {
    return std::unexpected(last_error());
  }
  // Else a socket that is bound to no address would hear every group that any program here joined.
  set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
  if (ipv6) set_option(fd, IPPROTO_IPV6, ipv6_multicast_all, 0);
  return made;
}

int connect_datagrams(int descriptor, const endpoint& remote) noexcept {
  const socket_address address(remote);
  return ::connect(descriptor, address.data(), address.size()) == 0 ? 0 : -errno;
}

int set_datagrams(int descriptor, datagram_setting what, int value) noexcept {
  const bool ipv6 = is_ipv6(descriptor);
  const int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
  const auto set = [&](int at, int name) {
    return set_option(descriptor, at, name, value) ? 0 : -errno;
  };
  switch (what) {
    case datagram_setting::multicast_hops:
      return set(level, ipv6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL);
    case datagram_setting::multicast_loop:
      return set(level, ipv6 ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP);
    case datagram_setting::multicast_interface: {
      if (ipv6) return set(level, IPV6_MULTICAST_IF);
      ip_mreqn by{};
      by.imr_ifindex = value;
      return ::setsockopt(descriptor, level, IP_MULTICAST_IF, &by, sizeof by) == 0 ? 0 : -errno;
    }
    case datagram_setting::coalescing:
      return set(IPPROTO_UDP, udp_gro);
  }
  return -EINVAL;
}

int change_membership(int descriptor, membership how, const endpoint& group,
                      unsigned interface_index) noexcept {
  group_req request{};
  socklen_t size = 0;
  request.gr_interface = interface_index;
  to_storage(group, request.gr_group, size);
  const int level = group.kind() == endpoint::family::ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
  const int name = how == membership::join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP;
  return ::setsockopt(descriptor, level, name, &request, sizeof request) == 0 ? 0 : -errno;
}

endpoint peer_of_datagrams(int descriptor) noexcept {
  socket_address address;
  if (::getpeername(descriptor, address.data(), address.size_word()) != 0) return {};
  return address.to_endpoint();
}

int receive_datagrams(int descriptor, std::span<incoming_datagram> into) noexcept {
  into = into.first(std::min(into.size(), messages_at_most));
  std::array<mmsghdr, messages_at_most> headers;  // these are written as far as they are used
  std::array<sockaddr_in6, messages_at_most> names;
  std::array<control_room, messages_at_most> controls;
  std::array<iovec, messages_at_most> rooms;
  for (std::size_t i = 0; i < into.size(); ++i) {
    rooms[i] = {into[i].bytes.data(), into[i].bytes.size()};
    headers[i].msg_hdr = {.msg_name = &names[i],
                          .msg_namelen = sizeof names[i],
                          .msg_iov = &rooms[i],
                          .msg_iovlen = 1,
                          .msg_control = &controls[i],
                          .msg_controllen = sizeof controls[i],
                          .msg_flags = 0};
  }
  int count = 0;
  do {
    count = ::recvmmsg(descriptor, headers.data(), static_cast<unsigned>(into.size()), MSG_DONTWAIT,
                       nullptr);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    msghdr& header = headers[i].msg_hdr;
    into[i].bytes = into[i].bytes.first(headers[i].msg_len);
    into[i].peer = header.msg_namelen == 0 ? endpoint{} : peer_of(names[i]);
    into[i].segment_bytes = header.msg_controllen == 0 ? 0 : segment_size(header);
    into[i].is_truncated = (header.msg_flags & MSG_TRUNC) != 0;
  }
  return count;
}

// Fewer than there was room for: the queue is empty, and the kernel will tell of what comes next,
// which saves the call that would fail with EAGAIN. Not so at a connected socket, where an error
// may have come between, of which nothing tells.
bool datagram_receiver::try_receive(int descriptor, receive_datagrams_operation& request,
                                    bool is_watched) noexcept {
  const int count = receive_datagrams(descriptor, request.into);
  may_receive_ = count != -EAGAIN;
  if (count == -EAGAIN) return false;
  request.result = count;
  const bool is_short = count > 0 && static_cast<std::size_t>(count) < request.into.size() &&
                        count < datagrams_per_receive;
  if (is_short && !connected_ && is_watched) may_receive_ = false;
  return true;
}

int datagram_sender::send_some(int descriptor,
                               std::span<const outgoing_datagram> datagrams) noexcept {
  outgoing_messages messages(datagrams, may_segment_ && kernel_segments());
  const int sent = messages.send(descriptor);
  if (sent >= 0 || !messages.begins_with_run()) return sent;
  // Larger than the way's MTU, or a device without checksums: each for itself it may go.
  if (sent != -EINVAL && sent != -EIO && sent != -EMSGSIZE) return sent;
  may_segment_ = false;
  outgoing_messages singly(datagrams, false);
  return singly.send(descriptor);
}

bool datagram_sender::try_send(int descriptor, send_datagrams_operation& request) noexcept {
  const int result = send(descriptor, request);
  if (result == -EAGAIN) return false;
  request.result = result;
  return true;
}

int datagram_sender::send(int descriptor, send_datagrams_operation& request) noexcept {
  while (request.sent < request.datagrams.size()) {
    const int sent = send_some(descriptor, request.datagrams.subspan(request.sent));
    if (sent == -EINTR) continue;
    if (sent < 0) return sent;
    request.sent += static_cast<std::size_t>(sent);
  }
  return 0;
}

}  // namespace pirn::detail
