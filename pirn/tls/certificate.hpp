// certificate: what a peer's certificate says.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace pirn::tls {

/// Who the peer is, by the certificate that it has shown and that was checked.
/// Source: ssl.SSLSocket.getpeercert(), in both of its forms.
struct certificate {
  std::string subject;             ///< "CN = alice"
  std::string issuer;              ///< who signed it
  std::vector<std::string> names;  ///< alternative ones, each with its kind: "DNS:alice.example",
                                   ///< "IP:192.0.2.1", "email:a@b", "URI:..."
  std::string serial;              ///< in hexadecimal digits
  std::chrono::sys_seconds begins;
  std::chrono::sys_seconds ends;
  std::string der;  ///< the certificate itself, to hash or to hand on
};

}  // namespace pirn::tls
