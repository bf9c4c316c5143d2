#include "pirn/net/listener.hpp"

#include <cerrno>

#include "pirn/net/error.hpp"

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

task<tcp_stream> listener::accept() {
  io_wait<accept_operation> accepting("accept");
  accepting.request().listener = socket_.get();
  int error = co_await accepting;
  if (error < 0) throw failure("accept on", local().to_string(), error);
  co_return tcp_stream(std::move(accepting.request().accepted));
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
