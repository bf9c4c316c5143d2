// uring_datagrams: a datagram socket of the io_uring driver.
#pragma once

#include "pirn/core/operation.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/platform/datagram_calls.hpp"
#include "pirn/platform/sockaddr.hpp"
#include "pirn/platform/uring_core.hpp"

namespace pirn::detail {

class uring_datagrams;

/// A poll of one direction that a datagram socket has with the kernel; completions find it by its
/// address.
struct alignas(8) uring_readiness {
  uring_datagrams& of;
  bool is_armed = false;
};

/// A datagram socket. Calls that move many datagrams at once are tried first; the kernel is asked
/// only to tell when there is something to try again, by a poll that stays, or for sending by one
/// that ends when there is room.
class uring_datagrams final : public socket {
 public:
  uring_datagrams(uring_core& core, unique_fd descriptor) noexcept;

  // As `driver::start`.
  started start(receive_datagrams_operation& request) noexcept;
  started start(send_datagrams_operation& request) noexcept;
  void withdraw_receiver() noexcept { receiver_ = nullptr; }
  void withdraw_sender() noexcept { sender_ = nullptr; }

  /// The kernel's word on one direction. May free the socket.
  void became_ready(uring_readiness& direction, int result, std::uint32_t flags) noexcept;

  endpoint local() const noexcept override { return local_endpoint(descriptor_.get()); }
  endpoint peer() const noexcept override { return peer_of_datagrams(descriptor_.get()); }
  int shut_down_sending() noexcept override { return -EOPNOTSUPP; }
  void reset_on_close() noexcept override {}
  int native_handle() const noexcept override { return descriptor_.get(); }
  int connect(const endpoint& remote) noexcept override {
    connected_ = true;
    return connect_datagrams(descriptor_.get(), remote);
  }
  int set(datagram_setting what, int value) noexcept override {
    return set_datagrams(descriptor_.get(), what, value);
  }
  int change(membership how, const endpoint& group, unsigned interface_index) noexcept override {
    return change_membership(descriptor_.get(), how, group, interface_index);
  }

 private:
  ~uring_datagrams() override { --core_.sockets; }
  void release() noexcept override;

  // Each: true when the request has ended, with its result.
  bool try_receive(receive_datagrams_operation& request) noexcept;
  bool try_send(send_datagrams_operation& request) noexcept;
  void arm(uring_readiness& direction) noexcept;
  void serve() noexcept;

  uring_core& core_;
  receive_datagrams_operation* receiver_ = nullptr;
  send_datagrams_operation* sender_ = nullptr;
  uring_readiness readable_{*this};
  uring_readiness writable_{*this};
  datagram_sender sending_;
  unique_fd descriptor_;
  bool may_receive_ = true;
  bool connected_ = false;
  bool released_ = false;
};

}  // namespace pirn::detail
