// context_parts: what a context is made of.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pirn/tls/context.hpp"
#include "pirn/tls/openssl.hpp"
#include "pirn/tls/session_cache.hpp"

namespace pirn::tls::detail {

class context_parts {
 public:
  explicit context_parts(const client_options& options);
  explicit context_parts(const server_options& options);
  context_parts(context_parts&&) = delete;  // OpenSSL points at it

  /// A connection that has not begun. A client tells the server `host`, checks that its certificate
  /// names it, and resumes the last session with `server`, which is host and address.
  /// Throws: tls::error when `host` can be nobody's name.
  ssl_ptr make_client(const std::string& host, const std::string& server) const;
  ssl_ptr make_server() const;

  /// Keeps a session that the server of `connection` has just given.
  void keep_session(const SSL& connection, ssl_session_ptr session) const;

  /// Shows clients that ask for `host` the certificate of `other`.
  void add_host(std::string_view host, const context_parts& other);

  const bool is_server;
  const duration handshake_limit;

 private:
  static ssl_ctx_ptr make_ctx(version oldest);
  void use_certificate(std::string_view certificate_file, std::string_view key_file);
  void set_alpn(std::span<const std::string_view> protocols);
  static int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size,
                         const unsigned char* in, unsigned in_size, void* self);
  static int select_host(SSL* connection, int* alert, void* self) noexcept;

  ssl_ctx_ptr ctx_;
  std::map<std::string, ssl_ctx_ptr, std::less<>> hosts_;  // only their certificates are used
  bool verify_host_ = false;
  bool resume_ = false;
  std::vector<unsigned char> alpn_;  // as it goes over the wire: each with its length before it
  mutable session_cache sessions_;
};

}  // namespace pirn::tls::detail
