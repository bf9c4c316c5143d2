// context: what the TLS connections of one kind have in common: whom they trust, who they are.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "pirn/base/time.hpp"
#include "pirn/tls/error.hpp"

namespace pirn::tls {

enum class version : std::uint8_t { tls_1_2, tls_1_3 };

/// How a client connects. Files are in PEM; a key must not need a password. What the texts lie in
/// lives until client() has returned.
struct client_options {
  std::string_view ca_file{};       ///< whom to trust; empty with ca_directory: the system's store
  std::string_view ca_directory{};  ///< as `openssl rehash` makes it
  bool verify = true;               ///< false: anybody may be the server; for tests
  bool verify_host = true;          ///< false: any certificate that we trust will do
  std::string_view certificate_file{};       ///< who we are, with the chain; for servers that ask
  std::string_view key_file{};               ///< empty: it is in certificate_file
  std::span<const std::string_view> alpn{};  ///< protocols, the best first: "h2", "http/1.1"
  version oldest = version::tls_1_2;
  bool resume = true;  ///< keep sessions, for a shorter handshake with the same server
  duration handshake_limit = std::chrono::seconds(60);
};
static_assert(std::is_trivially_copyable_v<client_options>);

/// What a server shows and asks for. Files are in PEM; a key must not need a password.
struct server_options {
  std::string_view certificate_file;  ///< with the chain
  std::string_view key_file{};        ///< empty: it is in certificate_file
  std::string_view client_ca_file{};  ///< not empty: clients need a certificate signed by these
  std::span<const std::string_view> alpn{};  ///< the best first; a client with none in common gets
                                             ///< none
  version oldest = version::tls_1_2;
  duration handshake_limit = std::chrono::seconds(10);
};
static_assert(std::is_trivially_copyable_v<server_options>);

namespace detail {
class context_parts;
}

/// Options, read and checked once, for any number of connections. Copies are the same context.
///
/// Threads: copies may be used on different threads at once.
/// Source:  ssl.SSLContext.
class context {
 public:
  /// Throws: tls::error that names the file and says what is wrong with it.
  static context client(client_options options = {});
  static context server(server_options options);

  /// A server that is several: a client that asks for `host` (by SNI) is shown the certificate of
  /// `other`. All else, ALPN and what clients need, is as it is here.
  /// Requires: both are servers; before the first connection.
  void add_host(std::string_view host, const context& other);

  bool is_server() const noexcept;
  duration handshake_limit() const noexcept;

  const detail::context_parts& parts() const noexcept { return *parts_; }

 private:
  explicit context(std::shared_ptr<detail::context_parts> parts) noexcept
      : parts_(std::move(parts)) {}
  std::shared_ptr<detail::context_parts> parts_;
};

}  // namespace pirn::tls
