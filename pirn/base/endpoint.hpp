// endpoint: one end of a conversation: an IP address with a port, or a Unix socket's path.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pirn {

/// An IPv4, IPv6 or Unix address as a plain value; a default-made one is `family::none`.
///
/// `ip` is in network order (an IPv4 address in its first four bytes); `port` in host order. `path`
/// is a Unix path; a leading NUL marks an abstract name.
class endpoint {
 public:
  enum class family : std::uint8_t { none, ipv4, ipv6, unix_path };
  static constexpr std::size_t path_max_bytes = 107;

  endpoint() = default;

  static endpoint ipv4(std::array<std::uint8_t, 4> ip, std::uint16_t port) noexcept;
  static endpoint ipv6(std::array<std::uint8_t, 16> ip, std::uint16_t port,
                       std::uint32_t scope_id = 0) noexcept;
  /// Throws: std::invalid_argument when the path is empty or over `path_max_bytes`.
  static endpoint unix_socket(std::string_view path);

  /// Parses `127.0.0.1:80`, `[::1]:80`, `unix:/path`, `unix:@abstract`; nullopt for anything else.
  static std::optional<endpoint> parse(std::string_view text);
  /// Parses a numeric address without a port (`127.0.0.1`, `::1`); nullopt when it is none.
  static std::optional<endpoint> parse_ip(std::string_view text, std::uint16_t port);

  family kind() const noexcept { return family_; }
  std::uint16_t port() const noexcept { return port_; }
  std::uint32_t scope_id() const noexcept { return scope_id_; }
  const std::array<std::uint8_t, 16>& ip() const noexcept { return ip_; }
  std::string_view path() const noexcept { return {path_.data(), path_size_}; }

  endpoint with_port(std::uint16_t port) const noexcept;

  /// As `parse` reads it; "none" for a default-made one. For a log, make a path `printable`.
  std::string to_string() const;
  /// The address alone: `127.0.0.1`, `::1`, the path.
  std::string host() const;

  /// Its bytes up to the end of the path: 24 for an IP address, for who keeps many of them.
  std::span<const std::byte> packed() const noexcept {
    return {reinterpret_cast<const std::byte*>(this), sizeof(endpoint) - sizeof path_ + path_size_};
  }
  /// What packed() gave, in this program.
  static endpoint unpacked(std::span<const std::byte> bytes) noexcept;

  friend bool operator==(const endpoint&, const endpoint&) = default;
  friend auto operator<=>(const endpoint&, const endpoint&) = default;

 private:
  std::array<std::uint8_t, 16> ip_{};
  std::uint32_t scope_id_ = 0;
  std::uint16_t port_ = 0;
  family family_ = family::none;
  std::uint8_t path_size_ = 0;
  std::array<char, path_max_bytes + 1> path_{};  // last: see packed()
};

}  // namespace pirn
