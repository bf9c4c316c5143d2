// proxy_header: what a proxy says about a connection before the connection's own bytes: bytes in,
// a header out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/base/endpoint.hpp"

namespace pirn::net {

/// What a proxy adds about a connection; the values of the PROXY protocol.
enum class proxy_field : std::uint8_t {
  alpn = 0x01,
  authority = 0x02,  ///< the host name that the client asked for by SNI
  crc32c = 0x03,
  noop = 0x04,
  unique_id = 0x05,
  tls = 0x20,
  network_namespace = 0x30,
};

/// The header of a connection that came through a proxy.
struct proxy_header {
  struct field {
    proxy_field type;
    std::string value;
  };

  /// The proxy speaks for itself, as it does to see whether the server lives: the connection's own
  /// ends are the true ones.
  bool is_local = false;
  bool is_datagram = false;  ///< between the client and the proxy
  endpoint source;           ///< the client; none when the proxy does not know, or is_local
  endpoint destination;      ///< to which the client connected; none likewise
  std::vector<field> fields;

  /// The first field of a type.
  std::optional<std::string_view> find(proxy_field type) const noexcept;
};

/// Reads the PROXY protocol, versions 1 and 2. It says how many bytes it wants next and never wants
/// one that is behind the header, so those stay where they are:
///
///     proxy_parser parser;
///     while (!parser.is_complete()) parser.add(read(parser.room()));
///
/// The checksum of version 2 is not looked at, as receivers may.
///
/// Source: https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt
class proxy_parser {
 public:
  /// `size_max_bytes`: of a whole header; longer ones are an error.
  explicit proxy_parser(std::size_t size_max_bytes = 4096) : size_max_bytes_(size_max_bytes) {}

  /// Where the next bytes of the header go; empty when it is complete or wrong.
  std::span<std::byte> room() noexcept;
  /// Says that the first `count` bytes of room() were filled.
  void add(std::size_t count);

  bool is_complete() const noexcept { return state_ == state::complete; }
  /// What is wrong with the header; empty when nothing is. Nothing comes after it.
  std::string_view error() const noexcept { return error_; }
  /// Requires: is_complete().
  const proxy_header& header() const noexcept { return header_; }

 private:
  enum class state : std::uint8_t { signature, line, fixed_part, rest, complete, wrong };

  void want(state next, std::size_t size_bytes);
  void go_on();
  void begin();
  void read_line();
  void read_fixed_part();
  void read_rest();
  void read_addresses(std::span<const std::byte>& rest);
  void read_fields(std::span<const std::byte> rest);
  void fail(std::string_view reason) noexcept;

  state state_ = state::signature;
  std::size_t size_max_bytes_;
  std::size_t filled_ = 0;
  std::vector<std::byte> bytes_ = std::vector<std::byte>(signature_bytes);
  std::string_view error_;
  proxy_header header_;

  static constexpr std::size_t signature_bytes = 12;
};

}  // namespace pirn::net
