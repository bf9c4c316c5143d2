#include "pirn/tls/engine.hpp"

#include <utility>

#include <openssl/err.h>

#include "pirn/base/assert.hpp"

namespace pirn::tls::detail {

engine::engine(ssl_ptr connection, std::string sought_host)
    : connection_(std::move(connection)), sought_host_(std::move(sought_host)) {
  wire_.attach_to(*connection_);
}

// Else OpenSSL holds the session for spoiled, as SSL 3.0 had it, because no close_notify was sent.
engine::~engine() {
  SSL_set_shutdown(connection_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// OpenSSL's list of errors is the thread's: what others left there must not be taken for ours.
progress engine::shake_hands() {
  ERR_clear_error();
  return ended_with(SSL_do_handshake(connection_.get()));
}

engine::decrypted engine::read(std::span<std::byte> into) {
  if (has_failed_) return {progress::failed};
  if (peer_has_ended_) return {progress::ended};
  std::size_t total_bytes = 0;
  while (total_bytes < into.size()) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(connection_.get(), into.data() + total_bytes,
                                   into.size() - total_bytes, &count);
    total_bytes += count;
    if (result == 1) continue;
    const progress how = ended_with(result);  // noted now: OpenSSL tells it only once
    if (total_bytes > 0) break;
    return {how};
  }
  return {progress::done, total_bytes};
}

progress engine::write(std::span<const std::byte>& bytes) {
  if (has_failed_) return progress::failed;
  while (!bytes.empty()) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &count);
    if (result != 1) return ended_with(result);
    bytes = bytes.subspan(count);
  }
  return progress::done;
}

progress engine::end() {
  if (has_failed_) return progress::failed;
  if (SSL_in_init(connection_.get()) != 0) {
    const progress how = shake_hands();
    if (how != progress::done) return how;
  }
  ERR_clear_error();
  const int result = SSL_shutdown(connection_.get());
  return result < 0 ? ended_with(result) : progress::done;
}

// In TLS 1.3 the client speaks last; before, the server does.
bool engine::has_only_tickets() const noexcept {
  return SSL_is_server(connection_.get()) == 1 && SSL_version(connection_.get()) >= TLS1_3_VERSION;
}

std::size_t engine::readable_bytes() const noexcept {
  const bool is_over = has_failed_ || peer_has_ended_;
  return wire_.input.size() + static_cast<std::size_t>(SSL_pending(connection_.get())) +
         (is_over ? 1 : 0);
}

progress engine::ended_with(int result) {
  switch (SSL_get_error(connection_.get(), result)) {
    case SSL_ERROR_NONE:
      return progress::done;
    case SSL_ERROR_WANT_READ:
      return progress::wants_input;
    case SSL_ERROR_ZERO_RETURN:
      peer_has_ended_ = true;
      return progress::ended;
    default:
      has_failed_ = true;
      failure_ = reason_of(*connection_, sought_host_);
      return progress::failed;
  }
}

}  // namespace pirn::tls::detail
