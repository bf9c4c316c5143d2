#include "sha256.hpp"

#include <stdexcept>
#include <string_view>

#include <openssl/evp.h>

namespace pirn::apps {

namespace {

void require(bool is_done) {
  if (!is_done) throw std::runtime_error("OpenSSL does not give SHA-256");
}

// Looked up once: it takes longer than the digest of a small file. It lives as long as the program.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  require(fetched != nullptr);
  return fetched;
}

}  // namespace

sha256::sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ != nullptr);
  restart();
}

void sha256::update(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

sha256_digest sha256::finish() {
  sha256_digest digest;
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
  restart();
  return digest;
}

void sha256::restart() {
  require(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1);
}

void sha256::release::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

std::string to_hex(const sha256_digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace pirn::apps
