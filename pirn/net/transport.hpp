// transport: a connection in callback style: write() never waits, and what happens is told to a
// protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/io/stream.hpp"
#include "pirn/net/protocol.hpp"
#include "pirn/net/stream_wrapper.hpp"
#include "pirn/net/tcp_stream.hpp"
#include "pirn/net/write_buffer_limits.hpp"
#include "pirn/sync/event.hpp"

namespace pirn::net {

namespace detail {
class transport_runner;
}

/// A connection's writing end and its switches; what happens is told to its protocol. Nothing here
/// waits, and nothing here calls the protocol: calls come on later turns of the loop.
///
/// The connection is a stream of any kind: TCP, a Unix socket, TLS, a pipe, memory. One that is
/// only written to (a pipe's end, say) is never read when connection_made() calls pause_reading().
///
/// The connection is a task of the group that it was made in, or of its server's.
///
/// Threads:  its loop's.
/// Lifetime: until connection_lost() has returned; who wants it longer keeps `shared_from_this()`.
///           After that, all it does is nothing.
/// Source:   asyncio.Transport; create_connection() and create_server() make it.
class transport : public std::enable_shared_from_this<transport> {
 public:
  transport(transport&&) = delete;  // its protocol and its tasks point at it

  /// Sends the bytes: what the system takes, at once; a copy of the rest waits here.
  ///
  /// Returns: whether more may be written now: false when more waits than the limit;
  /// pause_writing()
  ///          comes on a later turn, and resume_writing() once it has been sent. False, too, for a
  ///          connection that is closing, which takes nothing any more.
  /// Throws:  std::logic_error after write_eof(). What the network says comes as connection_lost().
  /// Cost:    one system call and no allocation when the system takes it; over another stream than
  ///          a socket's, a copy and a task that sends it.
  bool write(std::span<const std::byte> bytes);
  bool write(std::string_view text) { return write(std::as_bytes(std::span(text))); }
  /// Writes several runs of bytes, in order, as one.
  bool writelines(std::span<const slice> parts);

  /// Ends the stream to the peer, after all that was written; what it sends is still received.
  /// Again, or after close(), it does nothing.
  void write_eof();
  bool can_write_eof() const noexcept { return true; }

  /// Receives nothing any more, sends what waits, and then closes: connection_lost(null). TLS is
  /// ended in order (close_notify); what the peer answers is not waited for.
  void close() noexcept;
  /// Closes now: what waits is dropped, and the peer is sent a reset. connection_lost(null).
  void abort() noexcept;
  /// Whether it was closed, aborted or broken off.
  bool is_closing() const noexcept { return state_ != state::open; }
  /// Waits until connection_lost() has returned.
  /// Cancel: leaves the connection alone.
  event_wait wait_closed() noexcept { return lost_.wait(); }

  /// Receives nothing until resume_reading(); then the kernel holds back the peer. Twice does
  /// nothing.
  void pause_reading() noexcept;
  void resume_reading() noexcept;
  bool is_reading() const noexcept { return !is_closing() && !reading_paused_; }

  /// Throws: std::invalid_argument when the high limit is below the low one.
  void set_write_buffer_limits(write_buffer_limits limits);
  write_buffer_limits limits() const noexcept { return {high_bytes_, low_bytes_}; }
  /// How many bytes wait to be sent.
  std::size_t write_buffer_size() const noexcept;

  /// Lets another protocol have all calls from now on, which is not told connection_made(). The
  /// one before lives until the next call is made.
  void set_protocol(std::shared_ptr<base_protocol> next);
  /// Null once connection_lost() has returned.
  const std::shared_ptr<base_protocol>& current_protocol() const noexcept { return protocol_; }

  /// Goes on over another stream, which `wrap` makes of this one; it is not told to the protocol.
  /// What was written before goes out first; what is written from now on waits for the new stream,
  /// and is dropped if the connection is closed before that is there. Bytes that have come and were
  /// not delivered belong to neither: they break the connection off (EPROTO), as does what `wrap`
  /// throws.
  ///
  /// Requires: write_eof() was not called; no other stream is on its way.
  /// Source:   asyncio's loop.start_tls(), for which there is tls::start_tls().
  void replace_stream(stream_wrapper wrap);
  /// Waits until the new stream is there, or the connection is lost.
  /// Cancel: leaves the connection alone.
  event_wait wait_replaced() noexcept { return replaced_.wait(); }

  // What asyncio's get_extra_info() tells. "peername", "sockname": the two ends of the socket
  // below; `family::none` when there is none, and once connection_lost() has returned.
  endpoint local() const;
  endpoint peer() const;
  /// "socket": the kernel's descriptor, or -1 where there is none and after connection_lost().
  int native_handle() const noexcept;
  /// "ssl_object" and all else: the stream itself, to ask it, if it is such a one, else null:
  ///   if (auto* secure = to.stream<tls::stream>()) use(secure->alpn(), secure->peer_subject());
  /// Lifetime: until connection_lost() has returned, or the stream is replaced.
  template <class Stream>
  const Stream* stream() const noexcept {
    return stream_ ? stream_->as<Stream>() : nullptr;
  }

 private:
  friend class detail::transport_runner;
  enum class state : std::uint8_t { open, closing, broken, lost };
  struct passkey {};

 public:
  transport(passkey, io::any_stream connected, std::shared_ptr<base_protocol> told);

 private:
  // Its tasks.
  task<> next_stage() { return is_replacing_ ? replace() : receive(); }
  task<> receive();
  task<> replace();
  task<> flush();
  task<> say_end();
  task<> say_pause();

  /// Makes one call to the protocol; what it throws breaks the connection off.
  template <class Fn>
  void call(Fn callback) noexcept {
    former_.clear();
    try {
      callback(*protocol_);
    } catch (...) {
      break_off(std::current_exception());
    }
  }
  void break_off(std::exception_ptr error) noexcept;
  void have(io::any_stream whole);
  socket* carrier() const noexcept { return stream_ ? stream_->carrier() : nullptr; }
  std::string name() const { return stream_ ? stream_->name() : "a connection"; }
  void keep(std::span<const std::byte> bytes);
  void start_flush();
  void start_farewell();
  void start_pause_if_above();
  void resume_if_drained();
  std::span<const std::byte> next_piece();
  std::size_t sendable_bytes() const noexcept { return sending_.size() - sent_ + unsent_.size(); }
  std::size_t unsent_bytes() const noexcept { return sendable_bytes() + held_.size(); }

  std::optional<io::any_stream> stream_;  // none while another one is being made of it
  tcp_stream* plain_ = nullptr;           // the stream, if nothing lies between it and its socket
  std::shared_ptr<base_protocol> protocol_;
  std::vector<std::shared_ptr<base_protocol>> former_;  // one of them may be in a call
  state state_ = state::open;
  std::exception_ptr failure_;  // what broke it off

  // While it runs: what cancels its tasks, and its reading alone.
  task_group* flow_ = nullptr;
  cancel_scope* reading_ = nullptr;
  event made_;
  event lost_;

  bool reading_paused_ = false;
  event reading_resumed_;
  std::size_t undelivered_bytes_ = 0;  // of what was read

  bool is_replacing_ = false;
  stream_wrapper replacement_;  // called when all is sent
  event replaced_;
  std::vector<std::byte> held_;  // written for the stream to come

  bool eof_asked_ = false;
  bool end_said_ = false;
  bool is_farewell_ = false;  // the end is said because it is being closed
  bool flushing_ = false;     // a task sends what waits
  event flushed_;
  bool pause_coming_ = false;    // a task is about to call pause_writing()
  bool writing_paused_ = false;  // it was called
  std::size_t high_bytes_ = 64 * 1024;
  std::size_t low_bytes_ = 16 * 1024;
  std::vector<std::byte> sending_;  // the system has it, from `sent_` on
  std::size_t sent_ = 0;
  std::vector<std::byte> unsent_;  // written meanwhile
};

}  // namespace pirn::net
