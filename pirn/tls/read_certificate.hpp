// read_certificate: OpenSSL's certificates as values.
#pragma once

#include <string>

#include "pirn/tls/certificate.hpp"
#include "pirn/tls/openssl.hpp"

namespace pirn::tls::detail {

/// "CN = alice, O = example"
std::string text_of(const X509_NAME& name);

/// Throws: std::bad_alloc.
certificate read_certificate(X509& from);

}  // namespace pirn::tls::detail
