#include "pirn/tls/error.hpp"

namespace pirn::tls {
namespace {

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::certificate_expired:
        return "the certificate has expired";
      case errc::certificate_not_yet_valid:
        return "the certificate is not yet valid";
      case errc::certificate_self_signed:
        return "the certificate is self-signed";
      case errc::certificate_untrusted:
        return "nobody whom this system trusts has signed the certificate";
      case errc::certificate_wrong_host:
        return "the certificate is another host's";
      case errc::certificate_revoked:
        return "the certificate was revoked";
      case errc::certificate_bad:
        return "the certificate is not valid";
      case errc::certificate_missing:
        return "the peer has no certificate";
      case errc::refused:
        return "the peer refused";
      case errc::protocol:
        return "the peer does not keep to TLS, or to no version of it that we speak";
      case errc::truncated:
        return "the connection ended without close_notify";
    }
    return "unknown TLS error";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const category the_category;
  return the_category;
}

}  // namespace pirn::tls
