#include "pirn/net/unix_stream.hpp"

#include <cerrno>
#include <cstdlib>

#include "pirn/core/io_wait.hpp"
#include "pirn/net/error.hpp"
#include "pirn/platform/descriptor_passing.hpp"

namespace pirn::net {

namespace {

/// The descriptor of a Unix socket.
/// Throws: std::system_error.
int unix_socket_of(const tcp_stream& stream, std::string_view operation) {
  const int descriptor = stream.native_handle();
  if (!is_unix_socket(descriptor)) throw failure(operation, stream.name(), EOPNOTSUPP);
  return descriptor;
}

/// Waits for `poll_event`s; what else holds then, the next call says.
task<> wait_until(const tcp_stream& stream, int events, std::string_view operation) {
  io_wait<poll_operation> ready(operation);
  ready.request().descriptor = stream.native_handle();
  ready.request().events = events;
  int happened = co_await ready;
  if (happened < 0) throw failure(operation, stream.name(), happened);
}

}  // namespace

credentials peer_credentials(const tcp_stream& of) {
  auto told = pirn::peer_credentials(of.native_handle());
  if (!told) throw failure("ask who is", of.name(), told.error().value());
  return *told;
}

task<> send_descriptors(tcp_stream& to, std::span<const std::byte> bytes,
                        std::span<const int> descriptors) {
  constexpr std::string_view operation = "send descriptors to";
  PIRN_ASSERT(!bytes.empty(), "descriptors go with a byte");
  const int socket = unix_socket_of(to, operation);
  if (descriptors.size() > passed_descriptors_max) throw failure(operation, to.name(), EINVAL);
  const slice all = part(bytes);
  task_record& me = co_await this_task_record{};
  me.check_attention();
  std::ptrdiff_t sent = send_now(socket, {&all, 1}, descriptors);
  while (sent == -EAGAIN) {
    co_await wait_until(to, poll_writable, operation);
    sent = send_now(socket, {&all, 1}, descriptors);
  }
  if (sent < 0) throw failure(operation, to.name(), static_cast<int>(sent));
  const auto rest = bytes.subspan(static_cast<std::size_t>(sent));
  if (!rest.empty()) co_await to.write_all(rest);
}

task<> send_descriptors(tcp_stream& to, std::string_view text, std::span<const int> descriptors) {
  return send_descriptors(to, std::as_bytes(std::span(text)), descriptors);
}

task<received_descriptors> receive_descriptors(tcp_stream& from, std::span<std::byte> into) {
  constexpr std::string_view operation = "receive descriptors from";
  PIRN_ASSERT(!into.empty(), "a receive needs room");
  const int socket = unix_socket_of(from, operation);
  task_record& me = co_await this_task_record{};
  me.check_attention();
  received_descriptors received;
  received_bytes got = receive_now(socket, into, received.descriptors);
  while (got.count == -EAGAIN) {
    co_await wait_until(from, poll_readable, operation);
    got = receive_now(socket, into, received.descriptors);
  }
  if (got.count < 0) throw failure(operation, from.name(), static_cast<int>(got.count));
  if (got.lost_descriptors) throw failure(operation, from.name(), EMFILE);
  received.count = static_cast<std::size_t>(got.count);
  co_return received;
}

}  // namespace pirn::net
