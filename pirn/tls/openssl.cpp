#include "pirn/tls/openssl.hpp"

#include <algorithm>
#include <string_view>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace pirn::tls::detail {
namespace {

errc code_of_verification(long result) {
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return errc::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return errc::certificate_not_yet_valid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return errc::certificate_self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return errc::certificate_untrusted;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return errc::certificate_wrong_host;
    case X509_V_ERR_CERT_REVOKED:
      return errc::certificate_revoked;
    default:
      return errc::certificate_bad;
  }
}

// Where a connection keeps the certificate that it refused; OpenSSL itself drops it.
int refused_slot() {
  static const int slot = SSL_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) {
        X509_free(static_cast<X509*>(kept));
      });
  return slot;
}

int keep_refused(int is_good, X509_STORE_CTX* check) {
  if (is_good == 1) return 1;
  auto* connection =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
  X509* refused = X509_STORE_CTX_get_current_cert(check);
  if (refused != nullptr && SSL_get_ex_data(connection, refused_slot()) == nullptr) {
    X509_up_ref(refused);
    SSL_set_ex_data(connection, refused_slot(), refused);
  }
  return 0;
}

// "a.example, *.b.example"; the names are bytes from the peer, so only plain ones are told.
std::string names_in(const X509& certificate) {
  const std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string list;
  for (int index = 0; index < sk_GENERAL_NAME_num(names.get()); ++index) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), index);
    if (name->type != GEN_DNS) continue;
    const std::string_view text(
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
        static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    const auto is_plain = [](char c) { return c > ' ' && c < 0x7f; };
    if (!std::ranges::all_of(text, is_plain) || list.size() > 200) continue;
    list += (list.empty() ? "" : ", ") + std::string(text);
  }
  return list;
}

failure_reason reason_of_certificate(const SSL& connection, const std::string& sought_host) {
  const long result = SSL_get_verify_result(&connection);
  const errc code = code_of_verification(result);
  switch (code) {
    case errc::certificate_bad:
      return {code, "the certificate is not valid: " +
                        std::string(X509_verify_cert_error_string(result))};
    case errc::certificate_wrong_host: {
      const auto* certificate =
          static_cast<const X509*>(SSL_get_ex_data(&connection, refused_slot()));
      const std::string names = certificate != nullptr ? names_in(*certificate) : "";
      if (names.empty()) return {code, "the certificate is not for " + sought_host};
      return {code, "the certificate is for " + names + ", not for " + sought_host};
    }
    default:
      return {code, make_error_code(code).message()};
  }
}

}  // namespace

std::string take_openssl_error() {
  const unsigned long code = ERR_peek_error();
  if (code == 0) return "OpenSSL gives no reason";
  const char* words = ERR_reason_error_string(code);
  std::string text = words != nullptr ? words
                     : ERR_SYSTEM_ERROR(code)
                         ? std::generic_category().message(ERR_GET_REASON(code))
                         : "error " + std::to_string(code) + " of OpenSSL";
  ERR_clear_error();
  return text;
}

void remember_refused_certificate(SSL& connection) {
  SSL_set_verify(&connection, SSL_get_verify_mode(&connection), keep_refused);
}

failure_reason reason_of(const SSL& connection, const std::string& sought_host) {
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL) {
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
      ERR_clear_error();
      return reason_of_certificate(connection, sought_host);
    }
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
      ERR_clear_error();
      return {errc::certificate_missing, make_error_code(errc::certificate_missing).message()};
    }
    // Alerts have numbers of their own; the words are "tlsv1 alert unknown ca" and the like.
    if (reason >= SSL_AD_REASON_OFFSET) {
      return {errc::refused, "the peer refused: " + take_openssl_error()};
    }
  }
  return {errc::protocol, take_openssl_error()};
}

}  // namespace pirn::tls::detail
