// listener: a simulated socket that waits for connections.
#pragma once

#include "pirn/core/driver.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/sim/stream_socket.hpp"

namespace pirn::sim {

/// A listening socket: ends whose handshake is under way, ends that wait to be accepted, and
/// requests that wait for one; both first in, first out.
class listener final : public socket, public list_hook<> {
 public:
  listener(host& home, const listen_options& options) noexcept;
  /// Says where it is bound; before anything else.
  void set_local(const endpoint& at) noexcept { local_ = at; }

  // As a driver's socket.
  endpoint local() const noexcept override { return local_; }
  endpoint peer() const noexcept override { return {}; }
  int shut_down_sending() noexcept override;
  void reset_on_close() noexcept override {}
  void release() noexcept override;

  started start(accept_operation& request);
  void withdraw(accept_operation& request) noexcept { waiting_.remove(request); }

  // What the network brings.
  bool is_full() const noexcept { return backlog_size_ >= backlog_max_; }
  const stream_options& accepted_options() const noexcept { return accepted_; }
  void handshake_began(stream_socket& end) noexcept;
  void handshake_ended(stream_socket& end);
  /// The client has gone before the handshake ended.
  void handshake_failed(stream_socket& end) noexcept;
  /// The host has lost power: those in the backlog are no more.
  void vanish() noexcept;

 private:
  void hand_over(stream_socket& end, accept_operation& request) noexcept;

  host& home_;
  endpoint local_;
  stream_options accepted_;
  std::size_t backlog_max_;
  std::size_t backlog_size_ = 0;
  intrusive_list<stream_socket> opening_;
  intrusive_list<stream_socket> ready_;
  intrusive_list<operation> waiting_;  // accept_operations
};

}  // namespace pirn::sim
