#include "pirn/world/names.hpp"

#include <algorithm>

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

void world_names::add(const std::string& name, const std::vector<endpoint>& addresses) {
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
