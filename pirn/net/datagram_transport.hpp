// datagram_transport: a datagram socket in callback style.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "pirn/core/task_group.hpp"
#include "pirn/net/datagram_protocol.hpp"
#include "pirn/net/udp_socket.hpp"
#include "pirn/net/write_buffer_limits.hpp"
#include "pirn/sync/event.hpp"

namespace pirn::net {

namespace detail {
class datagram_runner;
}

/// A socket's sending end and its switches; what happens is told to its protocol. Nothing here
/// waits, and nothing here calls the protocol: calls come on later turns of the loop.
///
/// Threads:  its loop's.
/// Lifetime: until connection_lost() has returned; who wants it longer keeps `shared_from_this()`.
///           After that, all it does is nothing.
/// Source:   asyncio.DatagramTransport; create_datagram_endpoint() makes it.
class datagram_transport : public std::enable_shared_from_this<datagram_transport> {
 public:
  datagram_transport(datagram_transport&&) = delete;  // its protocol and its tasks point at it

  /// Sends a datagram: at once, or when the socket takes more a copy of it. What fails is told to
  /// error_received().
  ///
  /// Returns: whether more may be sent now, as transport::write() has it.
  /// Cost:    one system call and no allocation when the system takes it.
  bool send_to(std::span<const std::byte> bytes, const endpoint& peer) {
    return send(bytes, &peer);
  }
  bool send_to(std::string_view text, const endpoint& peer) {
    return send_to(std::as_bytes(std::span(text)), peer);
  }
  /// To the peer.
  /// Requires: the socket is connected.
  bool send(std::span<const std::byte> bytes) { return send(bytes, nullptr); }
  bool send(std::string_view text) { return send(std::as_bytes(std::span(text))); }

  /// Receives nothing any more, sends what waits, and then closes: connection_lost(null).
  void close() noexcept;
  /// Closes now: what waits is dropped. connection_lost(null).
  void abort() noexcept;
  bool is_closing() const noexcept { return state_ != state::open; }
  /// Waits until connection_lost() has returned.
  /// Cancel: leaves the socket alone.
  event_wait wait_closed() noexcept { return lost_.wait(); }

  /// Throws: std::invalid_argument when the high limit is below the low one.
  void set_write_buffer_limits(write_buffer_limits limits);
  write_buffer_limits limits() const noexcept { return {high_bytes_, low_bytes_}; }
  /// How many bytes wait to be sent.
  std::size_t write_buffer_size() const noexcept { return waiting_bytes_; }

  /// The two ends; `family::none` once connection_lost() has returned, and for the peer of a socket
  /// that is not connected.
  endpoint local() const { return socket_.is_open() ? socket_.local() : endpoint{}; }
  endpoint peer() const { return socket_.is_open() ? socket_.peer() : endpoint{}; }
  /// The kernel's descriptor, or -1 on a simulated network and after connection_lost().
  int native_handle() const noexcept { return socket_.is_open() ? socket_.native_handle() : -1; }
  /// The socket itself, for groups and their settings, until connection_lost() has returned.
  udp_socket& socket() noexcept { return socket_; }

 private:
  friend class detail::datagram_runner;
  enum class state : std::uint8_t { open, closing, broken, lost };
  struct passkey {};

 public:
  datagram_transport(passkey, udp_socket bound, std::shared_ptr<datagram_protocol> told)
      : socket_(std::move(bound)), protocol_(std::move(told)) {}

 private:
  struct waiting_datagram {
    std::vector<std::byte> bytes;
    std::optional<endpoint> peer;
  };

  // Its tasks.
  task<> receive();
  task<> flush();
  task<> say_pause();

  bool send(std::span<const std::byte> bytes, const endpoint* peer);
  void start_flush();
  void resume_if_drained();
  void break_off(std::exception_ptr error) noexcept;
  /// Makes one call to the protocol; what it throws breaks the socket off.
  template <class Fn>
  void call(Fn callback) noexcept {
    try {
      callback(*protocol_);
    } catch (...) {
      break_off(std::current_exception());
    }
  }

  udp_socket socket_;
  std::shared_ptr<datagram_protocol> protocol_;
  state state_ = state::open;
  std::exception_ptr failure_;  // what broke it off

  // While it runs: what cancels its tasks, and its receiving alone.
  task_group* flow_ = nullptr;
  cancel_scope* receiving_ = nullptr;
  event made_;
  event lost_;

  bool flushing_ = false;        // a task sends what waits, and tells of what could not be sent
  bool pause_coming_ = false;    // a task is about to call pause_writing()
  bool writing_paused_ = false;  // it was called
  std::size_t high_bytes_ = 64 * 1024;
  std::size_t low_bytes_ = 16 * 1024;
  std::size_t waiting_bytes_ = 0;
  std::deque<waiting_datagram> waiting_;
  std::vector<std::system_error> errors_;
};

namespace detail {

/// Starts the socket's task in the group, and waits for connection_made().
task<std::shared_ptr<datagram_transport>> start_datagrams(task_group& group, udp_socket bound,
                                                          std::shared_ptr<datagram_protocol> told);

}  // namespace detail
}  // namespace pirn::net
