// wire: where OpenSSL reads and writes: bytes in memory.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <openssl/bio.h>

#include "pirn/tls/openssl.hpp"

namespace pirn::tls::detail {

/// The encrypted side of a connection. What has come is read where it lies; what is to go out is
/// gathered in a string.
class wire {
 public:
  wire() = default;
  wire(wire&&) = delete;  // OpenSSL points at it

  std::span<const std::byte> input;
  std::string output;

  /// Makes it the connection's both sides.
  /// Throws: std::bad_alloc.
  void attach_to(SSL& connection);
};

}  // namespace pirn::tls::detail
