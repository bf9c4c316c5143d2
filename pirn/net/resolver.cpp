#include "pirn/net/resolver.hpp"

#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>

#include <netdb.h>
#include <netinet/in.h>

#include "pirn/exec/to_thread.hpp"
#include "pirn/net/error.hpp"
#include "pirn/net/listener.hpp"

namespace pirn::net {

namespace {

// Errors of getaddrinfo, which are no errno.
class resolver_category_type final : public std::error_category {
 public:
  const char* name() const noexcept override { return "resolver"; }
  std::string message(int code) const override { return gai_strerror(code); }
};

const std::error_category& resolver_category() noexcept {
  static const resolver_category_type category;
  return category;
}

endpoint from_sockaddr(const sockaddr& address, std::uint16_t port) {
  if (address.sa_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    std::array<std::uint8_t, 4> ip{};
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&four.sin_addr), ip.size(), ip.begin());
    return endpoint::ipv4(ip, port);
  }
  const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
  std::array<std::uint8_t, 16> ip{};
  std::copy_n(reinterpret_cast<const std::uint8_t*>(&six.sin6_addr), ip.size(), ip.begin());
  return endpoint::ipv6(ip, port, six.sin6_scope_id);
}

// Blocks: for a thread.
std::vector<endpoint> look_up(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &wanted, &list);
  if (error != 0) throw std::system_error(error, resolver_category(), "resolve " + host);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  std::vector<endpoint> found;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    found.push_back(from_sockaddr(*each->ai_addr, port));
  }
  if (found.empty()) throw std::system_error(EAI_NONAME, resolver_category(), "resolve " + host);
  return found;
}

}  // namespace

task<std::vector<endpoint>> resolve(std::string host, std::uint16_t port) {
  std::vector<endpoint> found;
  if (std::optional<endpoint> numeric = endpoint::parse_ip(host, port)) {
    found.push_back(*numeric);
    co_return found;
  }
  if (loop::current().driver().is_virtual()) {
    if (host != "localhost") {
      throw std::system_error(EAI_NONAME, resolver_category(), "resolve " + host);
    }
    found.push_back(loopback(port));
    co_return found;
  }
  found = co_await to_thread(&look_up, host, port);
  co_return found;
}

task<tcp_stream> connect(std::string host, std::uint16_t port, stream_options options) {
  std::vector<endpoint> addresses = co_await resolve(std::move(host), port);
  std::exception_ptr error;
  for (const endpoint& each : addresses) {
    try {
      tcp_stream connected = co_await connect(each, options);
      co_return connected;
    } catch (const std::system_error&) {
      error = std::current_exception();
    }
  }
  std::rethrow_exception(error);
}

}  // namespace pirn::net
