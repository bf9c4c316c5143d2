// connection: TLS in the middle, the stream below, and what is between the two.
#pragma once

#include <span>
#include <string>

#include "pirn/core/lease.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/core/task.hpp"
#include "pirn/io/stream.hpp"
#include "pirn/net/tcp_stream.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/sync/mutex.hpp"
#include "pirn/tls/context.hpp"
#include "pirn/tls/engine.hpp"

namespace pirn::tls::detail {

/// What a tls::stream does. One task reads while another writes; both drive one engine, and each
/// may need what the other one does: a writer may have to wait for input, a reader has answers to
/// send.
class connection {
 public:
  connection(io::any_stream transport, std::string host, context how, ssl_ptr fresh);
  connection(connection&&) = delete;  // tasks point at it

  task<> shake_hands();
  task<lease> read();
  task<> write(std::span<const std::byte> bytes);
  task<> write_parts(std::span<const slice> parts);
  task<> end();
  /// Returns: whether the end was said; it is not when that would have to wait.
  bool try_end() noexcept;

  const std::string& name() const noexcept { return name_; }
  socket* carrier() const noexcept { return transport_.carrier(); }
  const SSL& ssl() const noexcept { return engine_.connection(); }

 private:
  progress decrypt();
  bool encrypt(std::span<const std::byte>& bytes);
  task<> need_input(const char* operation);
  task<> flush();
  task<> tell_the_peer();
  [[noreturn]] void fail(const char* operation) const;

  context context_;  // sessions are kept there
  io::any_stream transport_;
  net::tcp_stream* plain_;  // the transport, if it is such a one: then without a frame in between
  std::string name_;
  engine engine_;

  lease input_;  // what the engine reads
  bool is_receiving_ = false;
  event has_received_;
  lease readable_;  // decrypted, and not yet given to who reads

  std::string joined_;  // small parts, which go in one record
  mutex sending_;
  std::string going_out_;
  bool has_ended_ = false;
};

}  // namespace pirn::tls::detail
