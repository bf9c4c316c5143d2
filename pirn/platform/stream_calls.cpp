#include "pirn/platform/stream_calls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/socket.h>

namespace pirn::detail {

namespace {

static_assert(sizeof(slice) == sizeof(iovec) && offsetof(slice, size) == offsetof(iovec, iov_len));

ssize_t send_some(int descriptor, std::span<iovec> parts) noexcept {
  if (parts.size() == 1) return ::send(descriptor, parts[0].iov_base, parts[0].iov_len, send_flags);
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return ::sendmsg(descriptor, &message, send_flags);
}

std::size_t total_bytes(std::span<const iovec> parts) noexcept {
  std::size_t total = 0;
  for (const iovec& each : parts) total += each.iov_len;
  return total;
}

}  // namespace

bool is_of_one_connection(int error) noexcept {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENONET:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

void send_position::rewind() noexcept {
  request_.sent_bytes = 0;
  move_to(0);
  advance(0);  // past leading slices that are empty
}

std::span<const std::byte> send_position::first() const noexcept {
  const slice& first = request_.slices[index()];
  return {next_byte(), first.data + first.size};
}

std::span<iovec> send_position::next(std::span<iovec> room) const noexcept {
  std::size_t count = std::min(room.size(), request_.slices.size() - index());
  for (std::size_t i = 0; i < count; ++i) {
    const slice& each = request_.slices[index() + i];
    room[i] = {const_cast<std::byte*>(each.data), each.size};
  }
  room[0] = {next_byte(), first().size()};
  return room.first(count);
}

void send_position::advance(std::size_t sent_bytes) noexcept {
  request_.sent_bytes += sent_bytes;
  while (!at_end()) {
    std::size_t left = first().size();
    if (sent_bytes < left) {
      request_.driver_data.pointer = next_byte() + sent_bytes;
      return;
    }
    sent_bytes -= left;
    move_to(index() + 1);
  }
}

void send_position::move_to(std::size_t index) noexcept {
  request_.driver_data.number = static_cast<std::uint32_t>(index);
  request_.driver_data.pointer =
      at_end() ? nullptr : const_cast<std::byte*>(request_.slices[index].data);
}

int send_first(int descriptor, send_operation& request) noexcept {
  if (request.slices.size() == 1) {
    const slice& only = request.slices.front();
    ssize_t count = ::send(descriptor, only.data, only.size, send_flags);
    if (count == static_cast<ssize_t>(only.size)) {
      request.sent_bytes = only.size;
      return 0;
    }
    int error = errno;
    send_position position(request);
    position.rewind();
    if (count >= 0) {
      position.advance(static_cast<std::size_t>(count));
      return -EAGAIN;
    }
    if (error != EINTR) return -error;
  }
  send_position(request).rewind();
  return send_now(descriptor, request);
}

int send_now(int descriptor, send_operation& request) noexcept {
  send_position position(request);
  std::array<iovec, 64> room;
  while (!position.at_end()) {
    std::span<iovec> parts = position.next(room);
    ssize_t count = send_some(descriptor, parts);
    if (count < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    position.advance(static_cast<std::size_t>(count));
    if (static_cast<std::size_t>(count) < total_bytes(parts)) return -EAGAIN;
  }
  return 0;
}

int receive_now(int descriptor, std::span<std::byte> into) noexcept {
  std::byte seen{};
  const bool looks_only = into.empty();
  const int flags = looks_only ? MSG_DONTWAIT | MSG_PEEK : MSG_DONTWAIT;
  if (looks_only) into = {&seen, 1};
  for (;;) {
    ssize_t count = ::recv(descriptor, into.data(), into.size(), flags);
    if (count >= 0) return looks_only ? 0 : static_cast<int>(count);
    if (errno != EINTR) return -errno;
  }
}

}  // namespace pirn::detail
