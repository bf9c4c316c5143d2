#include "pirn/tls/read_certificate.hpp"

#include <array>
#include <ctime>
#include <memory>
#include <new>

#include <arpa/inet.h>
#include <openssl/x509v3.h>

namespace pirn::tls::detail {
namespace {

std::string bytes_of(const ASN1_STRING& text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&text)),
          static_cast<std::size_t>(ASN1_STRING_length(&text))};
}

std::string address_of(const ASN1_OCTET_STRING& bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int kind = ASN1_STRING_length(&bytes) == 4 ? AF_INET : AF_INET6;
  if (kind == AF_INET6 && ASN1_STRING_length(&bytes) != 16) return "?";
  inet_ntop(kind, ASN1_STRING_get0_data(&bytes), text.data(), text.size());
  return text.data();
}

// Kinds of names that hardly anybody has are left out.
std::vector<std::string> names_of(const X509& from) {
  const std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&from, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME& each = *sk_GENERAL_NAME_value(all.get(), i);
    switch (each.type) {
      case GEN_DNS:
        names.push_back("DNS:" + bytes_of(*each.d.dNSName));
        break;
      case GEN_IPADD:
        names.push_back("IP:" + address_of(*each.d.iPAddress));
        break;
      case GEN_EMAIL:
        names.push_back("email:" + bytes_of(*each.d.rfc822Name));
        break;
      case GEN_URI:
        names.push_back("URI:" + bytes_of(*each.d.uniformResourceIdentifier));
        break;
      default:
        break;
    }
  }
  return names;
}

std::string serial_of(const X509& from) {
  const std::unique_ptr<BIGNUM, freed_by<BN_free>> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(&from), nullptr));
  if (number == nullptr) throw std::bad_alloc();
  char* digits = BN_bn2hex(number.get());
  if (digits == nullptr) throw std::bad_alloc();
  std::string text(digits);
  OPENSSL_free(digits);
  return text;
}

std::chrono::sys_seconds moment_of(const ASN1_TIME& from) {
  using namespace std::chrono;
  std::tm parts{};
  ASN1_TIME_to_tm(&from, &parts);
  const year_month_day day{year(parts.tm_year + 1900),
                           month(static_cast<unsigned>(parts.tm_mon + 1)),
                           std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
  return sys_days(day) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

std::string der_of(X509& from) {
  std::string bytes(static_cast<std::size_t>(i2d_X509(&from, nullptr)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  i2d_X509(&from, &out);
  return bytes;
}

}  // namespace

std::string text_of(const X509_NAME& name) {
  const std::unique_ptr<BIO, freed_by<BIO_free_all>> text(BIO_new(BIO_s_mem()));
  if (text == nullptr) throw std::bad_alloc();
  X509_NAME_print_ex(text.get(), &name, 0, XN_FLAG_ONELINE);
  const char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

certificate read_certificate(X509& from) {
  certificate read;
  read.subject = text_of(*X509_get_subject_name(&from));
  read.issuer = text_of(*X509_get_issuer_name(&from));
  read.names = names_of(from);
  read.serial = serial_of(from);
  read.begins = moment_of(*X509_get0_notBefore(&from));
  read.ends = moment_of(*X509_get0_notAfter(&from));
  read.der = der_of(from);
  return read;
}

}  // namespace pirn::tls::detail
