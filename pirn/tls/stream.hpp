// stream: TLS over a stream of any kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pirn/core/lease.hpp"
#include "pirn/core/task.hpp"
#include "pirn/io/stream.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/tls/certificate.hpp"
#include "pirn/tls/context.hpp"

namespace pirn::tls {

namespace detail {
class connection;
}

/// A connection that others can neither read nor change: a byte_stream over another one. Made by
/// wrap_client(), wrap_server() or connect().
///
/// Throws:   std::system_error of the stream below; tls::error.
/// Threads:  its loop's.
/// Lifetime: closing (destroying) it requires that no task reads or writes; it closes the stream
///           below. Without shut_down_writing() before it, the peer must think that it was cut
///           short; and what was not read to its end makes TCP reset the connection, which may
///           take with it what was written last.
/// Source:   ssl.SSLObject; RFC 8446.
class stream {
 public:
  stream(stream&&) noexcept;
  stream& operator=(stream&&) noexcept;
  ~stream();

  /// Waits for at least one byte; empty when the peer has said that it sends no more.
  /// Throws: tls::error (truncated) when the connection ended without that.
  /// Cancel: loses nothing.
  /// Cost:   one allocation, of about the size of what came; none while it waits.
  task<lease> read();

  /// Writes it all.
  /// Cancel: part of it may have gone out; after that the stream is only good for closing.
  task<> write_all(std::span<const std::byte> bytes);
  task<> write_all(std::string_view text) { return write_all(std::as_bytes(std::span(text))); }
  task<> write_all(std::span<const slice> parts);

  /// Says that nothing more will be written (close_notify); reading goes on.
  task<> shut_down_writing();
  /// The same if it needs no waiting: for who is about to close and cannot wait.
  /// Returns: whether it was said. If not, the stream is only good for closing.
  bool try_shut_down_writing() noexcept;
  void close() noexcept;

  /// The host that a client asked for and the name of the stream below: "localhost
  /// (127.0.0.1:443)".
  std::string name() const;
  /// The socket below, for its addresses; null when there is none, or it is closed.
  socket* carrier() const noexcept;

  // What the handshake has settled.
  /// One of the context's protocols, or empty.
  std::string_view alpn() const noexcept;
  /// The host that the client asked for, on both sides; empty when it asked for none.
  std::string_view server_name() const noexcept;
  tls::version version() const noexcept;
  std::string_view cipher() const noexcept;
  /// Whether a session of before was resumed.
  bool is_resumed() const noexcept;
  /// The subject of the peer's certificate ("CN = alice"), or empty when it has none.
  std::string peer_subject() const;
  /// The peer's certificate, or none. Of a client a server has it only where its context asks
  /// (server_options::client_ca_file).
  /// Cost: reads it anew at each call.
  std::optional<certificate> peer_certificate() const;

 private:
  friend task<stream> wrap_client(io::any_stream transport, std::string host, context how);
  friend task<stream> wrap_server(io::any_stream transport, context how);
  explicit stream(std::unique_ptr<detail::connection> made) noexcept;
  static task<stream> shake_hands(std::unique_ptr<detail::connection> fresh, duration limit);

  detail::connection& open() const noexcept;

  std::unique_ptr<detail::connection> connection_;
};

/// Makes a stream secure, as its client: the server must show a certificate for `host`, a name or
/// an IP address.
/// Throws: tls::error that says what is wrong with the certificate, or that the server refused;
///         std::system_error (timed out) after the context's handshake_limit.
/// Cancel: the transport is closed.
task<stream> wrap_client(io::any_stream transport, std::string host, context how);

/// Makes a stream secure, as its server. Throws and cancels as wrap_client(). What a client needs
/// to resume its session (in TLS 1.3) goes out with what is written first.
task<stream> wrap_server(io::any_stream transport, context how);

/// Connects to a host by TCP, and makes that secure.
/// Throws: what net::connect() and wrap_client() throw.
task<stream> connect(std::string host, std::uint16_t port, context how,
                     net::connect_options options = {});
/// The same with the port of a service ("https"), as net::connect() has it.
task<stream> connect(std::string host, std::string service, context how,
                     net::connect_options options = {});

}  // namespace pirn::tls
