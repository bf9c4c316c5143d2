// openssl: owners of OpenSSL's objects, and its errors in words.
#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "pirn/tls/error.hpp"

namespace pirn::tls::detail {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using ssl_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using ssl_session_ptr = std::unique_ptr<SSL_SESSION, freed_by<SSL_SESSION_free>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509_free>>;

/// The first of this thread's errors, the cause of the others, in OpenSSL's words: "no start line".
/// All are forgotten.
std::string take_openssl_error();

/// Has a connection remember the certificate that it refuses, for the error's words.
void remember_refused_certificate(SSL& connection);

/// What this thread's errors mean for a connection; they are forgotten. `sought_host`: whom the
/// certificate should name, or empty.
/// Returns: the kind and the reason in words, without what was attempted.
struct failure_reason {
  errc code;
  std::string words;
};
failure_reason reason_of(const SSL& connection, const std::string& sought_host);

}  // namespace pirn::tls::detail
