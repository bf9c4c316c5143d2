#include "pirn/world/names.hpp"

#include <algorithm>
#include <stdexcept>

#include <netdb.h>

namespace pirn {

namespace {

std::string in_lower_case(std::string name) {
  std::ranges::transform(name, name.begin(), [](char each) {
    return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
  });
  return name;
}

}  // namespace

bool world_names::is_name(std::string_view text) noexcept {
  const auto is_control = [](char each) { return (each >= 0 && each < ' ') || each == 0x7F; };
  return !text.empty() && std::ranges::none_of(text, is_control);
}

void world_names::add(const std::string& name, const std::vector<endpoint>& addresses) {
  if (!is_name(name)) throw std::invalid_argument(std::string(what_a_name_is));
  if (addresses.empty()) throw std::invalid_argument("a host has an address: " + name);
  if (by_name_.contains(in_lower_case(name))) {
    throw std::invalid_argument("two hosts with one name: " + name);
  }
  for (const endpoint& each : addresses) {
    const auto known = by_address_.find(each.with_port(0));
    if (known == by_address_.end()) continue;
    throw std::invalid_argument("two hosts with one address: " + known->second + " and " + name +
                                ", " + each.host());
  }
  by_name_[in_lower_case(name)] = addresses;
  for (const endpoint& each : addresses) by_address_[each.with_port(0)] = name;
}

std::vector<endpoint> world_names::addresses(const std::string& host) {
  const auto known = by_name_.find(in_lower_case(host));
  if (known == by_name_.end()) {
    throw std::system_error(EAI_NONAME, net::resolver_category(), "resolve " + host);
  }
  return known->second;
}

std::string world_names::name(const endpoint& address) {
  const auto known = by_address_.find(address.with_port(0));
  if (known == by_address_.end()) {
    throw std::system_error(EAI_NONAME, net::resolver_category(), "name of " + address.host());
  }
  return known->second;
}

}  // namespace pirn
