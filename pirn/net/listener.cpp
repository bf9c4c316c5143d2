#include "pirn/net/listener.hpp"

#include <cerrno>

#include "pirn/net/error.hpp"

namespace pirn::net {

listener::listener(const endpoint& local, listen_options options) {
  auto bound = loop::current().driver().listen(local, options);
  if (!bound) throw failure("listen on", local.to_string(), bound.error().value());
  socket_ = *std::move(bound);
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
