// certificates_test: an authority for tests, and the certificates that it signs.
#pragma once

#include <chrono>
#include <fstream>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "pirn/testing/temporary_directory.hpp"
#include "pirn/tls/openssl.hpp"

namespace pirn::tls {

struct certificate_files {
  std::string certificate;
  std::string key;
};

struct certificate_plan {
  std::string subject = "localhost";
  std::string names = "DNS:localhost,IP:127.0.0.1";
  std::chrono::days begins{-1};  // from today
  std::chrono::days ends{1};
  bool self_signed = false;
};

/// Makes certificates, in files that end with it.
class test_authority {
 public:
  explicit test_authority(const std::string& name = "pirn's test authority") : key_(make_key()) {
    certificate_ = sign({.subject = name, .names = "", .self_signed = true}, *key_, "CA:TRUE");
    write("ca.pem", *certificate_);
  }

  std::string ca_file() const { return folder_ / "ca.pem"; }

  certificate_files make(const certificate_plan& plan) {
    const std::string name = std::to_string(++made_);
    const key_ptr key = make_key();
    write(name + ".pem", *sign(plan, *key, "CA:FALSE"));
    const std::string key_file = folder_ / (name + ".key");
    FILE* file = std::fopen(key_file.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    return {folder_ / (name + ".pem"), key_file};
  }

 private:
  using key_ptr = std::unique_ptr<EVP_PKEY, detail::freed_by<EVP_PKEY_free>>;

  static key_ptr make_key() { return key_ptr(EVP_EC_gen("P-256")); }

  detail::x509_ptr sign(const certificate_plan& plan, EVP_PKEY& key, const char* constraints) {
    detail::x509_ptr made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial_);
    X509_time_adj_ex(X509_getm_notBefore(made.get()), static_cast<int>(plan.begins.count()), 0,
                     nullptr);
    X509_time_adj_ex(X509_getm_notAfter(made.get()), static_cast<int>(plan.ends.count()), 0,
                     nullptr);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(plan.subject.c_str()), -1, -1,
                               0);
    const X509& issuer = plan.self_signed ? *made : *certificate_;
    X509_set_issuer_name(made.get(), X509_get_subject_name(&issuer));
    X509_set_pubkey(made.get(), &key);
    add(*made, NID_basic_constraints, constraints);
    if (!plan.names.empty()) add(*made, NID_subject_alt_name, plan.names.c_str());
    X509_sign(made.get(), plan.self_signed ? &key : key_.get(), EVP_sha256());
    return made;
  }

  static void add(X509& to, int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(&to, extension, -1);
    X509_EXTENSION_free(extension);
  }

  void write(const std::string& name, X509& certificate) {
    FILE* file = std::fopen(std::string(folder_ / name).c_str(), "w");
    PEM_write_X509(file, &certificate);
    std::fclose(file);
  }

  testing::temporary_directory folder_;
  key_ptr key_;
  detail::x509_ptr certificate_;
  long serial_ = 0;
  int made_ = 0;
};

}  // namespace pirn::tls
