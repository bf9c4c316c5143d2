#include "pirn/tls/stream.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "pirn/base/assert.hpp"
#include "pirn/core/within.hpp"
#include "pirn/io/heap_lease.hpp"
#include "pirn/net/error.hpp"
#include "pirn/sync/mutex.hpp"
#include "pirn/tls/context_parts.hpp"
#include "pirn/tls/engine.hpp"

namespace pirn::tls {

using detail::engine;
using detail::progress;

/// A connection: TLS in the middle, the stream below, and what is between the two.
class stream::parts {
 public:
  parts(io::any_stream transport, std::string host, context how, detail::ssl_ptr connection)
      : context_(std::move(how)),
        transport_(std::move(transport)),
        name_(host.empty() ? transport_.name() : host + " (" + transport_.name() + ")"),
        engine_(std::move(connection), std::move(host)) {}
  parts(parts&&) = delete;  // tasks point at it

  const std::string& name() const noexcept { return name_; }
  const SSL& connection() const noexcept { return engine_.connection(); }

  task<> shake_hands() {
    for (;;) {
      const progress how = engine_.shake_hands();
      co_await flush_after(how);
      switch (how) {
        case progress::done:
          co_return;
        case progress::wants_input:
          co_await receive("TLS handshake with");
          break;
        case progress::ended:
          fail_truncated("TLS handshake with");
        case progress::failed:
          fail("TLS handshake with");
      }
    }
  }

  task<lease> read() {
    for (;;) {
      if (engine_.readable_bytes() > 0) {
        auto [how, chunk] = decrypt();
        co_await flush_after(how);
        switch (how) {
          case progress::done:
            co_return std::move(chunk);
          case progress::wants_input:
            break;
          case progress::ended:
            co_return lease();
          case progress::failed:
            fail("read from");
        }
      }
      co_await receive("read from");
    }
  }

  task<> write_all(std::span<const std::byte> bytes) {
    const slice whole{bytes.data(), bytes.size()};
    co_await write_parts(std::span(&whole, 1));
  }

  task<> write_parts(std::span<const slice> parts) {
    for (const slice& part : parts) {
      std::span<const std::byte> rest(part.data, part.size);
      while (!rest.empty()) {
        const auto piece = rest.first(std::min(rest.size(), piece_max));
        if (engine_.write(piece) == progress::failed) fail("write to");
        rest = rest.subspan(piece.size());
        if (engine_.output().size() >= piece_max) co_await flush();
      }
    }
    co_await flush();
  }

  task<> end() {
    if (engine_.end() == progress::failed) fail("shut down");
    co_await flush();
  }

 private:
  static constexpr std::size_t buffer_min = 1024;
  static constexpr std::size_t buffer_max = 64 * 1024;
  static constexpr std::size_t piece_max = 64 * 1024;

  struct decrypted {
    progress how;
    lease chunk;
  };
  // The buffer is about as large as what there is, and gone while we wait.
  decrypted decrypt() {
    io::heap_buffer buffer(std::clamp(engine_.readable_bytes(), buffer_min, buffer_max));
    const auto [how, count_bytes] = engine_.read(buffer.bytes());
    return {how, buffer.lend(count_bytes)};
  }

  // Takes the next bytes from below.
  task<> receive(const char* operation) {
    chunk_ = lease();
    chunk_ = co_await transport_.read();
    if (chunk_.empty()) fail_truncated(operation);
    engine_.feed(chunk_.bytes());
  }

  // Reading and writing both have something to send at times. One after the other, in the order in
  // which it was made.
  task<> flush() {
    auto lock = co_await sending_.scoped_lock();
    while (!engine_.output().empty()) {
      going_out_.clear();
      going_out_.swap(engine_.output());
      co_await transport_.write_all(going_out_);
    }
  }

  // The peer is told why, if it still listens; our own error is the one that counts.
  task<> flush_after(progress how) {
    if (engine_.output().empty()) co_return;
    if (how != progress::failed) {
      co_await flush();
      co_return;
    }
    try {
      co_await flush();
    } catch (const std::system_error&) {
    }
  }

  [[noreturn]] void fail(const char* operation) const {
    const detail::failure_reason& reason = engine_.failure();
    throw error(reason.code, std::string(operation) + " " + name_ + ": " + reason.words);
  }
  [[noreturn]] void fail_truncated(const char* operation) const {
    throw error(errc::truncated, std::string(operation) + " " + name_ + ": " +
                                     make_error_code(errc::truncated).message());
  }

  context context_;  // sessions are kept there
  io::any_stream transport_;
  std::string name_;
  engine engine_;
  lease chunk_;  // what the engine reads
  mutex sending_;
  std::string going_out_;
};

stream::stream(std::unique_ptr<parts> made) noexcept : parts_(std::move(made)) {}
stream::stream(stream&&) noexcept = default;
stream& stream::operator=(stream&&) noexcept = default;
stream::~stream() = default;

task<lease> stream::read() {
  return parts_->read();
}
task<> stream::write_all(std::span<const std::byte> bytes) {
  return parts_->write_all(bytes);
}
task<> stream::write_all(std::span<const slice> parts) {
  return parts_->write_parts(parts);
}
task<> stream::shut_down_writing() {
  return parts_->end();
}
void stream::close() noexcept {
  parts_.reset();
}

std::string stream::name() const {
  return parts_->name();
}

std::string_view stream::alpn() const noexcept {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(&parts_->connection(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string_view stream::server_name() const noexcept {
  const char* name = SSL_get_servername(&parts_->connection(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : std::string_view();
}

tls::version stream::version() const noexcept {
  return SSL_version(&parts_->connection()) == TLS1_3_VERSION ? version::tls_1_3 : version::tls_1_2;
}

std::string_view stream::cipher() const noexcept {
  return SSL_get_cipher_name(&parts_->connection());
}

bool stream::is_resumed() const noexcept {
  return SSL_session_reused(&parts_->connection()) != 0;
}

std::string stream::peer_subject() const {
  const X509* certificate = SSL_get0_peer_certificate(&parts_->connection());
  if (certificate == nullptr) return {};
  const std::unique_ptr<BIO, detail::freed_by<BIO_free_all>> text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE);
  const char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

task<stream> stream::shake_hands(std::unique_ptr<parts> fresh, duration limit) {
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
  auto fresh = std::make_unique<stream::parts>(std::move(transport), std::move(host),
                                               std::move(how), std::move(connection));
  stream secured = co_await stream::shake_hands(std::move(fresh), limit);
  co_return secured;
}

task<stream> wrap_server(io::any_stream transport, context how) {
  PIRN_ASSERT(how.is_server(), "a server has a server's context");
  const duration limit = how.handshake_limit();
  detail::ssl_ptr connection = how.parts().make_server();
  auto fresh = std::make_unique<stream::parts>(std::move(transport), std::string(), std::move(how),
                                               std::move(connection));
  stream secured = co_await stream::shake_hands(std::move(fresh), limit);
  co_return secured;
}

task<stream> connect(std::string host, std::uint16_t port, context how,
                     net::connect_options options) {
  net::tcp_stream plain = co_await net::connect(host, port, options);
  stream secured = co_await wrap_client(std::move(plain), std::move(host), std::move(how));
  co_return secured;
}

}  // namespace pirn::tls
