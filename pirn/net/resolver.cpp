#include "pirn/net/resolver.hpp"

#include <optional>
#include <system_error>

#include <netdb.h>

#include "pirn/core/loop_local.hpp"
#include "pirn/net/known_port.hpp"
#include "pirn/net/listener.hpp"

namespace pirn::net {

namespace {

loop_local<resolver> own_resolver;

// Names know no case, beyond ASCII neither.
std::string in_lower_case(std::string name) {
  for (char& each : name) {
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
  }
  return name;
}

std::vector<endpoint> with_port(std::vector<endpoint> addresses, std::uint16_t port) {
  for (endpoint& each : addresses) each = each.with_port(port);
  return addresses;
}

std::system_error unknown(const std::string& what) {
  return {EAI_NONAME, resolver_category(), what};
}

name_service* usual_service() noexcept {
  return loop::current().driver().is_virtual() ? nullptr : &system_names();
}

bool is_ip(const endpoint& address) noexcept {
  return address.kind() == endpoint::family::ipv4 || address.kind() == endpoint::family::ipv6;
}

}  // namespace

resolver::resolver(resolver_options options) : options_(options), asked_(usual_service()) {
  if (asked_ == nullptr) define("localhost", {loopback(0)});
}
resolver::resolver(name_service& asked, resolver_options options)
    : options_(options), asked_(&asked) {}

resolver& resolver::current() {
  return own_resolver.of(loop::current());
}

task<std::vector<endpoint>> resolver::resolve(std::string host, std::uint16_t port) {
  if (std::optional<endpoint> numeric = endpoint::parse_ip(host, port)) {
    co_return std::vector<endpoint>(1, *numeric);
  }
  std::string key = in_lower_case(host);
  auto defined = defined_.find(key);
  if (defined != defined_.end() && !defined->second.empty()) {
    co_return with_port(defined->second, port);
  }
  if (asked_ == nullptr || defined != defined_.end()) throw unknown("resolve " + host);
  auto ask = [asked = asked_, host] { return asked->addresses(host); };
  std::vector<endpoint> found = co_await addresses_.get(std::move(key), limits(), std::move(ask));
  co_return with_port(std::move(found), port);
}

task<std::vector<endpoint>> resolver::resolve(std::string host, std::string service) {
  const std::uint16_t number = co_await port(std::move(service));
  std::vector<endpoint> found = co_await resolve(std::move(host), number);
  co_return found;
}

task<std::uint16_t> resolver::port(std::string service) {
  if (std::optional<std::uint16_t> known = known_port(service)) co_return *known;
  const bool is_no_port = service.find_first_not_of("0123456789") == std::string::npos;
  if (asked_ == nullptr || is_no_port) {
    throw std::system_error(EAI_SERVICE, resolver_category(), "port of " + service);
  }
  auto ask = [asked = asked_, service] { return asked->port(service); };
  const std::uint16_t found = co_await ports_.get(std::move(service), limits(), std::move(ask));
  co_return found;
}

task<std::string> resolver::reverse(endpoint address) {
  const std::string what = "name of " + address.host();
  if (!is_ip(address)) throw std::system_error(EAI_FAMILY, resolver_category(), what);
  address = address.with_port(0);
  for (const auto& [host, addresses] : defined_) {
    for (const endpoint& each : addresses) {
      if (each.with_port(0) == address) co_return host;
    }
  }
  if (asked_ == nullptr) throw unknown(what);
  auto ask = [asked = asked_, address] { return asked->name(address); };
  std::string found = co_await names_.get(address.host(), limits(), std::move(ask));
  co_return found;
}

void resolver::define(std::string host, std::vector<endpoint> addresses) {
  defined_.insert_or_assign(in_lower_case(std::move(host)), std::move(addresses));
}

void resolver::clear() noexcept {
  addresses_.clear();
  names_.clear();
  ports_.clear();
}

task<std::vector<endpoint>> resolve(std::string host, std::uint16_t port) {
  std::vector<endpoint> found = co_await resolver::current().resolve(std::move(host), port);
  co_return found;
}

task<std::vector<endpoint>> resolve(std::string host, std::string service) {
  resolver& asked = resolver::current();
  std::vector<endpoint> found = co_await asked.resolve(std::move(host), std::move(service));
  co_return found;
}

task<std::string> reverse(endpoint address) {
  std::string found = co_await resolver::current().reverse(address);
  co_return found;
}

}  // namespace pirn::net
