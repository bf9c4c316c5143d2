#include "pirn/tls/context.hpp"

#include <algorithm>
#include <filesystem>
#include <new>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pirn/base/assert.hpp"
#include "pirn/base/endpoint.hpp"
#include "pirn/tls/context_parts.hpp"

namespace pirn::tls {
namespace detail {
namespace {

[[noreturn]] void fail_with_file(std::string_view what, std::string_view file) {
  throw error(errc::certificate_bad,
              std::string(what) + " " + std::string(file) + ": " + take_openssl_error());
}

void* checked(void* made) {
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

// Where a connection finds the server that its sessions are kept for.
int server_slot() {
  static const int slot = SSL_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* name, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<std::string*>(name);
      });
  return slot;
}

// No exception leaves a function that OpenSSL calls. Without memory the session is just not kept.
int keep_new_session(SSL* connection, SSL_SESSION* session) {
  const auto* parts =
      static_cast<const context_parts*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
  try {
    parts->keep_session(*connection, ssl_session_ptr(session));
  } catch (const std::bad_alloc&) {
  }
  return 1;  // the session is ours now
}

// A program must not stop to ask the user for the password of a key.
int refuse_password(char*, int, int, void*) {
  return -1;
}

// As names of hosts are compared: in lower case, without the root's dot.
std::string normal_host(std::string_view host) {
  std::string name(host);
  std::ranges::transform(name, name.begin(), [](char c) {
    return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (name.ends_with('.')) name.pop_back();
  return name;
}

// OpenSSL takes an empty name for "any", reads up to a NUL, and lets ".a" stand for all below "a".
bool is_host_name(std::string_view name) {
  constexpr std::size_t size_max = 253;
  const auto is_plain = [](char c) { return c > ' ' && c != 0x7f; };
  return !name.empty() && name.size() <= size_max && !name.starts_with('.') &&
         std::ranges::all_of(name, is_plain);
}

}  // namespace

ssl_ctx_ptr context_parts::make_ctx(version oldest) {
  ssl_ctx_ptr ctx(static_cast<SSL_CTX*>(checked(SSL_CTX_new(TLS_method()))));
  SSL_CTX_set_min_proto_version(ctx.get(),
                                oldest == version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // A connection that waits keeps no buffers; and none begins anew in its middle, which would let
  // the other side make us work.
  SSL_CTX_set_mode(ctx.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(ctx.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_default_passwd_cb(ctx.get(), refuse_password);
  return ctx;
}

context_parts::context_parts(const client_options& options)
    : is_server(false),
      handshake_limit(options.handshake_limit),
      ctx_(make_ctx(options.oldest)),
      verify_host_(options.verify && options.verify_host),
      resume_(options.resume) {
  SSL_CTX_set_app_data(ctx_.get(), this);
  SSL_CTX_set_verify(ctx_.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  ERR_clear_error();  // what others left there must not be taken for ours
  if (!options.ca_file.empty() &&
      SSL_CTX_load_verify_file(ctx_.get(), std::string(options.ca_file).c_str()) != 1) {
    fail_with_file("trusted certificates", options.ca_file);
  }
  if (!options.ca_directory.empty()) {
    if (!std::filesystem::is_directory(options.ca_directory)) {
      throw error(
          errc::certificate_bad,
          "trusted certificates in " + std::string(options.ca_directory) + ": Not a directory");
    }
    SSL_CTX_load_verify_dir(ctx_.get(), std::string(options.ca_directory).c_str());
  }
  if (options.ca_file.empty() && options.ca_directory.empty()) {
    SSL_CTX_set_default_verify_paths(ctx_.get());
  }
  PIRN_ASSERT(options.key_file.empty() || !options.certificate_file.empty(),
              "a key belongs to a certificate");
  if (!options.certificate_file.empty())
    use_certificate(options.certificate_file, options.key_file);
  set_alpn(options.alpn);
  if (!alpn_.empty()) {
    SSL_CTX_set_alpn_protos(ctx_.get(), alpn_.data(), static_cast<unsigned>(alpn_.size()));
  }
  if (resume_) {
    SSL_CTX_set_session_cache_mode(ctx_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx_.get(), keep_new_session);
  }
}

context_parts::context_parts(const server_options& options)
    : is_server(true), handshake_limit(options.handshake_limit), ctx_(make_ctx(options.oldest)) {
  PIRN_ASSERT(!options.certificate_file.empty(), "a server has a certificate");
  use_certificate(options.certificate_file, options.key_file);
  SSL_CTX_set_session_cache_mode(ctx_.get(), SSL_SESS_CACHE_OFF);
  // Sessions are resumed by tickets, which the client keeps; this says for whom they are good.
  static constexpr unsigned char purpose[] = "pirn";
  SSL_CTX_set_session_id_context(ctx_.get(), purpose, sizeof purpose - 1);
  SSL_CTX_set_options(ctx_.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (!options.client_ca_file.empty()) {
    const std::string file(options.client_ca_file);
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(ctx_.get(), file.c_str()) != 1) {
      fail_with_file("certificates for clients", file);
    }
    SSL_CTX_set_client_CA_list(ctx_.get(), names);
    SSL_CTX_set_verify(ctx_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  set_alpn(options.alpn);
  if (!alpn_.empty()) SSL_CTX_set_alpn_select_cb(ctx_.get(), select_alpn, this);
  SSL_CTX_set_tlsext_servername_callback(ctx_.get(), select_host);
  SSL_CTX_set_tlsext_servername_arg(ctx_.get(), this);
}

void context_parts::use_certificate(std::string_view certificate_file, std::string_view key_file) {
  const std::string certificate(certificate_file);
  const std::string key(key_file.empty() ? certificate_file : key_file);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(ctx_.get(), certificate.c_str()) != 1) {
    fail_with_file("certificate", certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(ctx_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail_with_file("private key", key);
  }
}

void context_parts::set_alpn(std::span<const std::string_view> protocols) {
  for (const std::string_view each : protocols) {
    PIRN_ASSERT(!each.empty() && each.size() < 256, "a protocol's name has 1 to 255 bytes");
    alpn_.push_back(static_cast<unsigned char>(each.size()));
    alpn_.insert(alpn_.end(), each.begin(), each.end());
  }
}

int context_parts::select_alpn(SSL*, const unsigned char** out, unsigned char* out_size,
                               const unsigned char* in, unsigned in_size, void* self) {
  const auto& ours = static_cast<context_parts*>(self)->alpn_;
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, ours.data(),
                                          static_cast<unsigned>(ours.size()), in, in_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

// Not SSL_set_SSL_CTX, which would take ALPN and the clients' authorities from the other one, too.
int context_parts::select_host(SSL* connection, int* alert, void* self) noexcept {
  const char* asked = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (asked == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const auto& hosts = static_cast<context_parts*>(self)->hosts_;
  try {
    const auto found = hosts.find(normal_host(asked));
    if (found == hosts.end()) return SSL_TLSEXT_ERR_OK;
    SSL_CTX* other = found->second.get();
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(other, &chain);
    if (SSL_use_cert_and_key(connection, SSL_CTX_get0_certificate(other),
                             SSL_CTX_get0_privatekey(other), chain, 1) == 1) {
      return SSL_TLSEXT_ERR_OK;
    }
  } catch (const std::bad_alloc&) {
  }
  *alert = SSL_AD_INTERNAL_ERROR;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void context_parts::add_host(std::string_view host, const context_parts& other) {
  SSL_CTX_up_ref(other.ctx_.get());
  hosts_.insert_or_assign(normal_host(host), ssl_ctx_ptr(other.ctx_.get()));
}

ssl_ptr context_parts::make_client(const std::string& host, const std::string& server) const {
  ssl_ptr connection(static_cast<SSL*>(checked(SSL_new(ctx_.get()))));
  const bool is_address = endpoint::parse_ip(host, 0).has_value();
  const std::string name = normal_host(host);
  if (!is_address && !is_host_name(name) && (verify_host_ || !host.empty())) {
    throw error(errc::certificate_wrong_host, "TLS handshake: '" + host + "' is no name of a host");
  }
  if (!is_address && !name.empty()) SSL_set_tlsext_host_name(connection.get(), name.c_str());
  remember_refused_certificate(*connection);
  if (verify_host_) {
    SSL_set_hostflags(connection.get(),
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    const int set =
        is_address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection.get()), host.c_str())
                   : SSL_set1_host(connection.get(), name.c_str());
    if (set != 1) throw std::bad_alloc();
  }
  if (resume_) {
    SSL_set_ex_data(connection.get(), server_slot(), new std::string(server));
    if (const ssl_session_ptr last = sessions_.take(server)) {
      SSL_set_session(connection.get(), last.get());
    }
  }
  SSL_set_connect_state(connection.get());
  return connection;
}

ssl_ptr context_parts::make_server() const {
  ssl_ptr connection(static_cast<SSL*>(checked(SSL_new(ctx_.get()))));
  SSL_set_accept_state(connection.get());
  return connection;
}

void context_parts::keep_session(const SSL& connection, ssl_session_ptr session) const {
  const auto* server = static_cast<const std::string*>(SSL_get_ex_data(&connection, server_slot()));
  if (server != nullptr) sessions_.keep(*server, std::move(session));
}

}  // namespace detail

context context::client(client_options options) {
  return context(std::make_shared<detail::context_parts>(options));
}

context context::server(server_options options) {
  return context(std::make_shared<detail::context_parts>(options));
}

void context::add_host(std::string_view host, const context& other) {
  PIRN_ASSERT(is_server() && other.is_server(), "only servers are several hosts");
  parts_->add_host(host, *other.parts_);
}

bool context::is_server() const noexcept {
  return parts_->is_server;
}

duration context::handshake_limit() const noexcept {
  return parts_->handshake_limit;
}

}  // namespace pirn::tls
