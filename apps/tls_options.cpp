#include "tls_options.hpp"

namespace pirn::apps {
void add_tls_server_options(CLI::App& command, tls_server_files& files) {
  CLI::Option* certificate =
      command
          .add_option("--tls-cert", files.certificate,
                      "speak TLS, with the certificate and its chain from this PEM file")
          ->option_text("FILE");
  command
      .add_option("--tls-key", files.key, "the certificate's private key, if it is not in there")
      ->option_text("FILE")
      ->needs(certificate);
  command
      .add_option("--tls-client-ca", files.client_ca,
                  "let only clients in whose certificate is signed by these")
      ->option_text("FILE")
      ->needs(certificate);
}

std::optional<tls::context> server_context(const tls_server_files& files,
                                           std::span<const std::string_view> protocols) {
  if (files.certificate.empty()) return std::nullopt;
  return tls::context::server({.certificate_file = files.certificate,
                               .key_file = files.key,
                               .client_ca_file = files.client_ca,
                               .alpn = protocols});
}

void add_tls_client_options(CLI::App& command, tls_trust& trust) {
  command
      .add_option("--ca-file", trust.ca_file,
                  "trust the authorities in this PEM file instead of the system's")
      ->option_text("FILE");
  command.add_flag("--insecure", trust.insecure,
                   "take any certificate; who is in between can read everything");
}

tls::context client_context(const tls_trust& trust, std::span<const std::string_view> protocols) {
  return tls::context::client(
      {.ca_file = trust.ca_file, .verify = !trust.insecure, .alpn = protocols});
}

}  // namespace pirn::apps
