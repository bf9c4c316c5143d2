#include "pirn/net/listener.hpp"

#include <cerrno>

#include "pirn/net/error.hpp"
#include "pirn/platform/descriptor_calls.hpp"

namespace pirn::net {

socket_ptr listener::bind(const endpoint& local, const listen_options& options) {
  auto bound = loop::current().driver().listen(local, options);
  if (!bound) throw failure("listen on", local.to_string(), bound.error().value());
  return *std::move(bound);
}

listener::listener(const endpoint& local, listen_options options) : socket_(bind(local, options)) {}

listener::listener(const worker& me, const endpoint& local, listen_options options) {
  if (me.count() > 1) options.reuse_port = true;
  const endpoint agreed = me.agree([&] {
    socket_ = bind(local, options);
    return socket_->local();
  });
  if (socket_ == nullptr) socket_ = bind(agreed, options);
}

listener::listener(const unique_fd& given, stream_options of_accepted) {
  unique_fd own = duplicate(given.get());
  std::error_code error = own ? std::error_code() : last_error();
  if (own) {
    const int descriptor = own.release();  // the driver's from here on, unless it refuses
    auto adopted = loop::current().driver().adopt_listener(descriptor, of_accepted);
    if (adopted) {
      socket_ = *std::move(adopted);
      return;
    }
    own.reset(descriptor);
    error = adopted.error();
  }
  throw failure("listen on", "descriptor " + std::to_string(given.get()), error.value());
}

task<tcp_stream> listener::accept(accept_mode mode) {
  io_wait<accept_operation> accepting("accept");
  accepting.request().listener = &raw();
  accepting.request().mode = mode;
  int error = co_await accepting;
  if (error < 0) throw failure("accept on", local().to_string(), error);
  co_return tcp_stream(std::move(accepting.request().accepted));
}

task<std::optional<tcp_stream>> listener::accept_taken() {
  io_wait<accept_operation> accepting("accept what was taken");
  accepting.request().listener = &raw();
  accepting.request().mode = accept_mode::taken;
  int error = co_await accepting;
  if (error < 0 && error != -EAGAIN) throw failure("accept on", local().to_string(), error);
  std::optional<tcp_stream> taken;
  if (error >= 0) taken.emplace(std::move(accepting.request().accepted));
  co_return taken;
}

bool is_shortage(const std::error_code& code) noexcept {
  switch (code.value()) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return true;
    default:
      return false;
  }
}

endpoint loopback(std::uint16_t port) noexcept {
  return endpoint::ipv4({127, 0, 0, 1}, port);
}
endpoint any(std::uint16_t port) noexcept {
  return endpoint::ipv4({0, 0, 0, 0}, port);
}
endpoint loopback_v6(std::uint16_t port) noexcept {
  return endpoint::ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, port);
}
endpoint any_v6(std::uint16_t port) noexcept {
  return endpoint::ipv6({}, port);
}

}  // namespace pirn::net
