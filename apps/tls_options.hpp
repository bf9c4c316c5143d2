// tls_options: certificates, for the subcommands that listen or connect.
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "pirn/tls/context.hpp"

namespace pirn::apps {

/// What a server shows, and whom it lets in; without a certificate it does not speak TLS.
struct tls_server_files {
  std::string certificate;
  std::string key;
  std::string client_ca;
};

/// Adds `--tls-cert`, `--tls-key` and `--tls-client-ca`.
void add_tls_server_options(CLI::App& command, tls_server_files& files);

/// Returns: none when TLS was not asked for.
/// Throws:  tls::error that names the file.
std::optional<tls::context> server_context(const tls_server_files& files);

/// Whom a client trusts.
struct tls_trust {
  std::string ca_file;
  bool insecure = false;
};

/// Adds `--ca-file` and `--insecure`.
void add_tls_client_options(CLI::App& command, tls_trust& trust);

/// Returns: none when the system's trust store will do; for HTTP/1.1.
/// Throws:  tls::error that names the file.
std::optional<tls::context> client_context(const tls_trust& trust);

}  // namespace pirn::apps
