// names: the name service of a world: its hosts' names and addresses.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/net/name_service.hpp"

namespace pirn {

/// What the resolvers of a world's hosts ask.
class world_names final : public net::name_service {
 public:
  static constexpr std::string_view what_a_name_is =
      "a host's name is not empty and has no control characters";
  static bool is_name(std::string_view text) noexcept;

  /// Throws: std::invalid_argument for no name, no address, or one that another host has, a name
  ///         in any case; nothing is added then.
  void add(const std::string& name, const std::vector<endpoint>& addresses);

  std::vector<endpoint> addresses(const std::string& host) override;
  std::string name(const endpoint& address) override;

 private:
  std::map<std::string, std::vector<endpoint>> by_name_;  // in lower case
  std::map<endpoint, std::string> by_address_;
};

}  // namespace pirn
