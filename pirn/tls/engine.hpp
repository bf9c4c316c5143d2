// engine: TLS as a computation: bytes in, bytes out, no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "pirn/tls/openssl.hpp"
#include "pirn/tls/wire.hpp"

namespace pirn::tls::detail {

/// How a step of an engine ended.
enum class progress : std::uint8_t {
  done,
  wants_input,  ///< nothing can be done before more has come from the peer
  ended,        ///< the peer has said that it sends no more
  failed,       ///< see failure()
};

/// One connection's TLS. After each step what `output()` holds is to be sent, also after one that
/// failed: it tells the peer why.
///
/// Threads: one at a time.
class engine {
 public:
  /// `sought_host`: whom the certificate should name, or empty; for the error's words.
  engine(ssl_ptr connection, std::string sought_host);
  engine(engine&&) = delete;  // OpenSSL points at it
  ~engine();

  progress shake_hands();
  /// Decrypts into `into`.
  /// Returns: done with count_bytes > 0, or why there is nothing; an end or a failure for ever.
  struct decrypted {
    progress how;
    std::size_t count_bytes = 0;
  };
  decrypted read(std::span<std::byte> into);
  /// Encrypts from the beginning of `bytes`, and drops what is done. It wants input when the peer
  /// has begun a message that changes keys: that comes first.
  /// Returns: done when that was all.
  progress write(std::span<const std::byte>& bytes);
  /// Says that we send no more. It wants input as write() does.
  progress end();

  /// What came from the peer; it is read where it lies, in the steps to come.
  /// Requires: wants_more_input().
  void feed(std::span<const std::byte> bytes) noexcept { wire_.input = bytes; }
  bool wants_more_input() const noexcept { return wire_.input.empty(); }
  /// About how much a read may give now; not zero when it tells of an end.
  std::size_t readable_bytes() const noexcept;

  /// Whether the output at the end of a handshake is what the peer may do without: tickets for
  /// sessions to come. They go with what is written next.
  bool has_only_tickets() const noexcept;

  std::string& output() noexcept { return wire_.output; }
  const failure_reason& failure() const noexcept { return failure_; }
  const SSL& connection() const noexcept { return *connection_; }

 private:
  progress ended_with(int result);

  wire wire_;
  ssl_ptr connection_;
  std::string sought_host_;
  failure_reason failure_{};
  bool has_failed_ = false;
  bool peer_has_ended_ = false;
};

}  // namespace pirn::tls::detail
