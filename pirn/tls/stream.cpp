#include "pirn/tls/stream.hpp"

#include <cerrno>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/error.hpp"
#include "pirn/tls/connection.hpp"
#include "pirn/tls/context_parts.hpp"
#include "pirn/tls/read_certificate.hpp"

namespace pirn::tls {

stream::stream(std::unique_ptr<detail::connection> made) noexcept : connection_(std::move(made)) {}
stream::stream(stream&&) noexcept = default;
stream& stream::operator=(stream&&) noexcept = default;
stream::~stream() = default;

detail::connection& stream::open() const noexcept {
  PIRN_ASSERT(connection_ != nullptr, "a stream that was closed or moved from is used");
  return *connection_;
}

task<lease> stream::read() {
  return open().read();
}
task<> stream::write_all(std::span<const std::byte> bytes) {
  return open().write(bytes);
}
task<> stream::write_all(std::span<const slice> parts) {
  return open().write_parts(parts);
}
task<> stream::shut_down_writing() {
  return open().end();
}
bool stream::try_shut_down_writing() noexcept {
  return open().try_end();
}
void stream::close() noexcept {
  connection_.reset();
}

std::string stream::name() const {
  return open().name();
}

socket* stream::carrier() const noexcept {
  return connection_ != nullptr ? connection_->carrier() : nullptr;
}

std::string_view stream::alpn() const noexcept {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(&open().ssl(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string_view stream::server_name() const noexcept {
  const char* name = SSL_get_servername(&open().ssl(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : std::string_view();
}

tls::version stream::version() const noexcept {
  return SSL_version(&open().ssl()) == TLS1_3_VERSION ? version::tls_1_3 : version::tls_1_2;
}

std::string_view stream::cipher() const noexcept {
  return SSL_get_cipher_name(&open().ssl());
}

bool stream::is_resumed() const noexcept {
  return SSL_session_reused(&open().ssl()) != 0;
}

std::string stream::peer_subject() const {
  const X509* certificate = SSL_get0_peer_certificate(&open().ssl());
  if (certificate == nullptr) return {};
  return detail::text_of(*X509_get_subject_name(certificate));
}

std::optional<certificate> stream::peer_certificate() const {
  X509* shown = SSL_get0_peer_certificate(&open().ssl());
  if (shown == nullptr) return std::nullopt;
  return detail::read_certificate(*shown);
}

task<stream> stream::shake_hands(std::unique_ptr<detail::connection> fresh, duration limit) {
  const std::string name = fresh->name();
  auto shaken = co_await move_on_after(limit, fresh->shake_hands());
  if (!shaken) throw net::failure("TLS handshake with", name, ETIMEDOUT);
  co_return stream(std::move(fresh));
}

task<stream> wrap_client(io::any_stream transport, std::string host, context how) {
  PIRN_ASSERT(!how.is_server(), "a client has a client's context");
  const duration limit = how.handshake_limit();
  const std::string server = host + " " + transport.name();
  detail::ssl_ptr connection = how.parts().make_client(host, server);
  auto fresh = std::make_unique<detail::connection>(std::move(transport), std::move(host),
                                                    std::move(how), std::move(connection));
  stream secured = co_await stream::shake_hands(std::move(fresh), limit);
  co_return secured;
}

task<stream> wrap_server(io::any_stream transport, context how) {
  PIRN_ASSERT(how.is_server(), "a server has a server's context");
  const duration limit = how.handshake_limit();
  detail::ssl_ptr connection = how.parts().make_server();
  auto fresh = std::make_unique<detail::connection>(std::move(transport), std::string(),
                                                    std::move(how), std::move(connection));
  stream secured = co_await stream::shake_hands(std::move(fresh), limit);
  co_return secured;
}

task<stream> connect(std::string host, std::uint16_t port, context how,
                     net::connect_options options) {
  net::tcp_stream plain = co_await net::connect(host, port, options);
  stream secured = co_await wrap_client(std::move(plain), std::move(host), std::move(how));
  co_return secured;
}

task<stream> connect(std::string host, std::string service, context how,
                     net::connect_options options) {
  net::tcp_stream plain = co_await net::connect(host, std::move(service), options);
  stream secured = co_await wrap_client(std::move(plain), std::move(host), std::move(how));
  co_return secured;
}

}  // namespace pirn::tls
