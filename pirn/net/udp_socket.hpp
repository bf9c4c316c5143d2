// udp_socket: datagrams, one by one or many at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/core/datagram.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/core/task.hpp"
#include "pirn/core/wait.hpp"
#include "pirn/exec/worker.hpp"

namespace pirn::net {

/// A datagram in the socket's memory.
struct received_datagram {
  std::span<const std::byte> bytes;
  const endpoint* peer = nullptr;
  bool is_truncated = false;

  std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// What one datagram into the caller's memory was.
struct datagram_info {
  std::size_t size_bytes = 0;
  endpoint peer;
  bool is_truncated = false;  ///< it was larger than the memory; the rest is lost
};

class udp_socket;

/// Waits for a datagram, into the caller's memory.
class [[nodiscard]] datagram_wait final : public awaitable<datagram_wait>,
                                          private receive_datagrams_operation {
 public:
  datagram_wait(udp_socket& source, std::span<std::byte> room) noexcept;
  ~datagram_wait() { PIRN_ASSERT(!is_waiting(), "a task is not destroyed while it receives"); }
  std::string describe() const override;

 private:
  friend class awaitable<datagram_wait>;

  bool try_complete();
  void enqueue() noexcept {}
  cancel_answer withdraw() noexcept override;
  void completed() noexcept override;
  datagram_info result();

  udp_socket& source_;
  std::span<std::byte> room_;
  incoming_datagram one_;
};

/// Waits for datagrams, into the socket's memory.
class [[nodiscard]] datagrams_wait final : public awaitable<datagrams_wait>,
                                           private receive_datagrams_operation {
 public:
  explicit datagrams_wait(udp_socket& source) noexcept;
  ~datagrams_wait() { PIRN_ASSERT(!is_waiting(), "a task is not destroyed while it receives"); }
  std::string describe() const override;

 private:
  friend class awaitable<datagrams_wait>;

  bool try_complete();
  void enqueue() noexcept {}
  cancel_answer withdraw() noexcept override;
  void completed() noexcept override;
  std::span<const received_datagram> result();

  udp_socket& source_;
};

/// Waits until datagrams have all been handed to the transport.
class [[nodiscard]] datagrams_send final : public awaitable<datagrams_send>,
                                           private send_datagrams_operation {
 public:
  static constexpr bool selectable = false;

  datagrams_send(udp_socket& target, std::span<const std::byte> bytes,
                 const endpoint* peer) noexcept;
  datagrams_send(udp_socket& target, std::span<const outgoing_datagram> all) noexcept;
  ~datagrams_send() { PIRN_ASSERT(!is_waiting(), "a task is not destroyed while it sends"); }
  std::string describe() const override;

 private:
  friend class awaitable<datagrams_send>;

  bool try_complete();
  void enqueue() noexcept {}
  cancel_answer withdraw() noexcept override;
  void completed() noexcept override;
  void result() const {
    if (operation::result < 0) [[unlikely]]
      fail();
  }
  [[noreturn, gnu::cold]] void fail() const;

  outgoing_datagram one_;
};

/// A socket for datagrams. One task may receive while another sends.
///
/// A datagram arrives whole or not at all; several may overtake each other, get lost, or come
/// twice. What arrives and finds the receive buffer full is lost.
///
/// Threads:  its loop's.
/// Lifetime: closing (destroying) it requires that no task is receiving or sending.
/// Example:  examples/45_udp.cpp
class udp_socket {
 public:
  /// Bound to `local`; with port 0 the system chooses one. On [::] it serves IPv4 too.
  /// Throws: std::system_error that names the address.
  explicit udp_socket(const endpoint& local, const datagram_options& options = {});
  /// The same as one of run()'s workers: each for itself on the same address, with `reuse_port`,
  /// and the kernel spreads the peers over them. The workers make their sockets in the same order.
  udp_socket(const worker& me, const endpoint& local, datagram_options options = {});

  /// Receives one datagram.
  ///
  /// Throws: std::system_error; on a connected socket "connection refused", when the peer's host
  ///         says that nobody is there. The socket is good for more.
  /// Cancel: loses nothing.
  datagram_wait receive_from(std::span<std::byte> into) noexcept {
    return datagram_wait(*this, into);
  }
  /// The same; of a connected socket, whose peer is known.
  datagram_wait receive(std::span<std::byte> into) noexcept { return datagram_wait(*this, into); }

  /// Receives what is there: at least one datagram, with one system call up to 64, or some
  /// thousands of one sender where the kernel keeps them together (UDP_GRO).
  ///
  /// Returns: them, in the socket's memory, until its next receive.
  /// Throws:  as receive_from().
  /// Cancel:  loses nothing.
  /// Cost:    the first one allocates room for 64 of the largest datagrams, of which only what is
  ///          used takes memory.
  datagrams_wait receive_many() noexcept { return datagrams_wait(*this); }

  /// Sends one datagram.
  ///
  /// Throws: std::system_error (message too long; on a connected socket what its peer's host said
  ///         of the one before).
  /// Cancel: it is sent or it is not.
  datagrams_send send_to(std::span<const std::byte> bytes, const endpoint& peer) noexcept {
    return datagrams_send(*this, bytes, &peer);
  }
  datagrams_send send_to(std::string_view text, const endpoint& peer) noexcept {
    return send_to(std::as_bytes(std::span(text)), peer);
  }
  /// To the peer.
  /// Requires: it is connected.
  datagrams_send send(std::span<const std::byte> bytes) noexcept {
    return datagrams_send(*this, bytes, nullptr);
  }
  datagrams_send send(std::string_view text) noexcept {
    return send(std::as_bytes(std::span(text)));
  }
  /// Sends many, with as few system calls as it can; datagrams of one size for one peer, which
  /// follow each other, go as one through most of the kernel (UDP_SEGMENT). The list must live
  /// until it is done.
  ///
  /// Throws: as send_to(); those before the one that failed are sent.
  /// Cancel: some may have been sent.
  datagrams_send send_many(std::span<const outgoing_datagram> datagrams) noexcept {
    return datagrams_send(*this, datagrams);
  }

  /// Fixes the peer: others are not heard any more, and its host's errors are.
  /// Throws: std::system_error that names the address.
  void connect(const endpoint& peer);

  /// Hears what is sent to `group` on an interface (0: the system's choice; else
  /// `interface_index("lo")`). Its port does not matter.
  /// Throws: std::system_error that names the group.
  void join_group(const endpoint& group, unsigned interface_index = 0);
  void leave_group(const endpoint& group, unsigned interface_index = 0);
  /// How many hops multicasts go: 0 stays on this host, 1, the default, on its network.
  void set_multicast_hops(int hops);
  /// Whether members on this host hear what it sends to a group; they do by default.
  void set_multicast_loop(bool heard);
  /// The interface by which multicasts leave.
  void set_multicast_interface(unsigned interface_index);

  bool is_open() const noexcept { return socket_ != nullptr; }
  /// Closes now.
  /// Requires: no task is receiving or sending.
  void close() noexcept;

  endpoint local() const { return raw().local(); }
  /// None unless connected.
  endpoint peer() const { return raw().peer(); }
  /// The kernel's descriptor, or -1 on a simulated network.
  int native_handle() const noexcept { return raw().native_handle(); }
  socket& raw() const noexcept {
    PIRN_ASSERT(is_open(), "a socket that was closed or moved from is used");
    return *socket_;
  }

 private:
  friend datagram_wait;
  friend datagrams_wait;

  /// The memory of receive_many: what one call received, cut into datagrams, and those of them that
  /// have not been given out.
  struct inbox_memory;
  struct free_inbox {
    void operator()(inbox_memory* freed) const noexcept;
  };

  static socket_ptr bind(const endpoint& local, const datagram_options& options);
  void set(datagram_setting what, int value, const char* name);
  inbox_memory& memory();
  bool has_kept() const noexcept;

  socket_ptr socket_;
  std::unique_ptr<inbox_memory, free_inbox> memory_;
};

/// A socket on a port of the system's choice that is connected to `peer`.
udp_socket connect_udp(const endpoint& peer, const datagram_options& options = {});

/// A datagram for send_many.
inline outgoing_datagram datagram_to(const endpoint& peer,
                                     std::span<const std::byte> bytes) noexcept {
  return {bytes, &peer};
}

/// The index of a network interface by its name ("lo"), for multicast.
/// Throws: std::system_error that names it.
unsigned interface_index(const std::string& name);

}  // namespace pirn::net
