#include "pirn/net/known_port.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace pirn::net {
namespace {

using namespace std::string_view_literals;

constexpr std::array services{
    std::pair{"domain"sv, 53}, std::pair{"echo"sv, 7},         std::pair{"ftp"sv, 21},
    std::pair{"http"sv, 80},   std::pair{"https"sv, 443},      std::pair{"imap"sv, 143},
    std::pair{"imaps"sv, 993}, std::pair{"ldap"sv, 389},       std::pair{"ldaps"sv, 636},
    std::pair{"pop3"sv, 110},  std::pair{"pop3s"sv, 995},      std::pair{"smtp"sv, 25},
    std::pair{"ssh"sv, 22},    std::pair{"submission"sv, 587}, std::pair{"telnet"sv, 23},
};

}  // namespace

std::optional<std::uint16_t> known_port(std::string_view service) noexcept {
  std::uint16_t number = 0;
  const char* end = service.data() + service.size();
  const auto read = std::from_chars(service.data(), end, number);
  if (read.ec == std::errc() && read.ptr == end) return number;
  const auto* found = std::ranges::find(services, service, [](auto& each) { return each.first; });
  if (found == services.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found->second);
}

}  // namespace pirn::net
