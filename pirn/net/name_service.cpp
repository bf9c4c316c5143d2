#include "pirn/net/name_service.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>

#include "pirn/platform/sockaddr.hpp"

namespace pirn::net {

namespace {

class resolver_category_type final : public std::error_category {
 public:
  const char* name() const noexcept override { return "resolver"; }
  std::string message(int code) const override {
    if (code == EAI_SERVICE) return "Unknown service";  // "not supported for ai_socktype" else
    return gai_strerror(code);
  }
};

// An errno that the resolver met is told as one. Without a descriptor to read its files with it
// knows no name, and says no more than that.
std::system_error failure_of(int code, const std::string& what) {
  const bool ran_out = errno == EMFILE || errno == ENFILE;
  if (code == EAI_SYSTEM || ran_out) return {errno, std::generic_category(), what};
  return {code, resolver_category(), what};
}

endpoint to_endpoint(const addrinfo& from) {
  socket_address address;
  const std::size_t size = std::min<std::size_t>(from.ai_addrlen, address.size());
  std::memcpy(address.data(), from.ai_addr, size);
  *address.size_word() = static_cast<socklen_t>(size);
  return address.to_endpoint();
}

class system_name_service final : public name_service {
 public:
  std::vector<endpoint> addresses(const std::string& host) override {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;  // each address once
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    errno = 0;
    const int error = getaddrinfo(host.c_str(), nullptr, &wanted, &list);
    if (error != 0) throw failure_of(error, "resolve " + host);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
    std::vector<endpoint> found;
    for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
      if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
      found.push_back(to_endpoint(*each));
    }
    errno = 0;
    if (found.empty()) throw failure_of(EAI_NONAME, "resolve " + host);
    return found;
  }

  std::string name(const endpoint& address) override {
    const socket_address asked(address);
    std::array<char, NI_MAXHOST> host{};
    errno = 0;
    const int error =
        getnameinfo(asked.data(), asked.size(), host.data(), host.size(), nullptr, 0, NI_NAMEREQD);
    if (error != 0) throw failure_of(error, "name of " + address.host());
    return host.data();
  }

  std::uint16_t port(const std::string& service) override {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_family = AF_INET;
    addrinfo* list = nullptr;
    errno = 0;
    const int error = getaddrinfo(nullptr, service.c_str(), &wanted, &list);
    if (error != 0) throw failure_of(error, "port of " + service);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
    return to_endpoint(*list).port();
  }
};

}  // namespace

std::uint16_t name_service::port(const std::string& service) {
  throw failure_of(EAI_SERVICE, "port of " + service);
}

name_service& system_names() noexcept {
  static system_name_service service;
  return service;
}

const std::error_category& resolver_category() noexcept {
  static const resolver_category_type category;
  return category;
}

}  // namespace pirn::net
