#include "pirn/base/endpoint.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>

#include "pirn/base/printable.hpp"

namespace pirn {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, port);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return port;
}

}  // namespace

endpoint endpoint::ipv4(std::array<std::uint8_t, 4> ip, std::uint16_t port) noexcept {
  endpoint result;
  std::ranges::copy(ip, result.ip_.begin());
  result.port_ = port;
  result.family_ = family::ipv4;
  return result;
}

endpoint endpoint::ipv6(std::array<std::uint8_t, 16> ip, std::uint16_t port,
                        std::uint32_t scope_id) noexcept {
  endpoint result;
  result.ip_ = ip;
  result.port_ = port;
  result.scope_id_ = scope_id;
  result.family_ = family::ipv6;
  return result;
}

endpoint endpoint::unix_socket(std::string_view path) {
  if (path.empty() || path.size() > path_max_bytes) {
    throw std::invalid_argument("a Unix socket's path has 1 to 107 bytes: '" + printable(path) +
                                "'");
  }
  endpoint result;
  std::ranges::copy(path, result.path_.begin());
  result.path_size_ = static_cast<std::uint8_t>(path.size());
  result.family_ = family::unix_path;
  return result;
}

endpoint endpoint::unpacked(std::span<const std::byte> bytes) noexcept {
  endpoint result;
  std::memcpy(&result, bytes.data(), bytes.size());
  return result;
}

std::optional<endpoint> endpoint::parse(std::string_view text) {
  if (text.starts_with("unix:")) {
    std::string path(text.substr(5));
    if (path.empty() || path.size() > path_max_bytes) return std::nullopt;
    if (path.front() == '@') path.front() = '\0';  // as to_string() writes an abstract name
    return unix_socket(path);
  }
  std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  std::optional<std::uint16_t> port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.contains(':')) return std::nullopt;  // an IPv6 address needs its brackets
  return parse_ip(host, *port);
}

std::optional<endpoint> endpoint::parse_ip(std::string_view text, std::uint16_t port) {
  if (text.contains('\0')) return std::nullopt;  // inet_pton would see its beginning alone
  std::string terminated(text);
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, terminated.c_str(), four.data()) == 1) return ipv4(four, port);
  std::array<std::uint8_t, 16> sixteen{};
  if (inet_pton(AF_INET6, terminated.c_str(), sixteen.data()) == 1) return ipv6(sixteen, port);
  return std::nullopt;
}

endpoint endpoint::with_port(std::uint16_t port) const noexcept {
  endpoint result = *this;
  result.port_ = port;
  return result;
}

std::string endpoint::host() const {
  if (family_ == family::unix_path) {
    std::string name(path());
    if (name.front() == '\0') name.front() = '@';  // as ss and lsof print abstract names
    return name;
  }
  if (family_ == family::none) return "none";
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(family_ == family::ipv4 ? AF_INET : AF_INET6, ip_.data(), text, sizeof text);
  return text;
}

std::string endpoint::to_string() const {
  switch (family_) {
    case family::none:
      return "none";
    case family::unix_path:
      return "unix:" + host();
    case family::ipv4:
      return host() + ":" + std::to_string(port_);
    case family::ipv6:
      return "[" + host() + "]:" + std::to_string(port_);
  }
  return {};
}

}  // namespace pirn
