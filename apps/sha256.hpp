// sha256: the SHA-256 of bytes that come piece by piece.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace pirn::apps {

using sha256_digest = std::array<std::uint8_t, 32>;

/// Takes bytes in pieces of any size; one object serves for one message after the other.
///
/// Cost:   one allocation, when it is made.
/// Source: FIPS 180-4, by OpenSSL, which uses what the processor has for it.
class sha256 {
 public:
  sha256();

  /// Throws: std::runtime_error when OpenSSL refuses.
  void update(std::span<const std::byte> bytes);
  /// The digest of all bytes since the last one.
  /// Throws: std::runtime_error when OpenSSL refuses.
  sha256_digest finish();
  /// Forgets the bytes since the last digest.
  void restart();

 private:
  struct release {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, release> context_;
};

/// 64 lower-case hexadecimal digits.
std::string to_hex(const sha256_digest& digest);

}  // namespace pirn::apps
