// tls_options: certificates, for the subcommands that listen or connect.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "pirn/tls/context.hpp"

namespace pirn::apps {

/// What HTTP calls itself to the other end.
inline constexpr std::string_view http_protocols[] = {"http/1.1"};

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
std::optional<tls::context> server_context(const tls_server_files& files,
                                           std::span<const std::string_view> protocols);

/// Whom a client trusts.
struct tls_trust {
  std::string ca_file;
  bool insecure = false;

  bool is_default() const noexcept { return ca_file.empty() && !insecure; }
};

/// Adds `--ca-file` and `--insecure`.
void add_tls_client_options(CLI::App& command, tls_trust& trust);

/// Throws: tls::error that names the file.
tls::context client_context(const tls_trust& trust, std::span<const std::string_view> protocols);

}  // namespace pirn::apps
