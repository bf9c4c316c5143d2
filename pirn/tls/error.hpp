// error: why a TLS connection failed.
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

namespace pirn::tls {

/// What went wrong, as far as a program may want to tell it apart; the message of the error says
/// it in full.
enum class errc {
  certificate_expired = 1,
  certificate_not_yet_valid,
  certificate_self_signed,
  certificate_untrusted,   ///< nobody whom we trust has signed it
  certificate_wrong_host,  ///< it is another host's
  certificate_revoked,
  certificate_bad,      ///< anything else about it
  certificate_missing,  ///< the peer has none, and must
  refused,              ///< the peer sent an alert; about our certificate, say
  protocol,             ///< what came is not TLS, or there is no version or cipher in common
  truncated,            ///< the connection ended without close_notify: bytes may be missing
};

const std::error_category& error_category() noexcept;
inline std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

/// A connection that TLS has ended, or a key or certificate that cannot be used. Its message names
/// what was attempted and the peer or the file, and says why:
/// "TLS handshake with localhost: the certificate has expired".
class error : public std::system_error {
 public:
  error(errc code, std::string message)
      : std::system_error(make_error_code(code)), message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

}  // namespace pirn::tls

template <>
struct std::is_error_code_enum<pirn::tls::errc> : std::true_type {};
