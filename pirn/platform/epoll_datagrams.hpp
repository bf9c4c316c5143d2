// epoll_datagrams: a datagram socket of the epoll driver.
#pragma once

#include "pirn/platform/datagram_calls.hpp"
#include "pirn/platform/epoll_socket.hpp"

namespace pirn::detail {

/// A datagram socket. Calls that move many datagrams at once are tried first; an edge says when to
/// try again.
class epoll_datagrams final : public epoll_socket {
 public:
  epoll_datagrams(epoll_shared& shared, unique_fd descriptor) noexcept
      : epoll_socket(shared, std::move(descriptor)) {}

  /// As `driver::start`.
  started start(receive_datagrams_operation& request) noexcept;
  started start(send_datagrams_operation& request) noexcept;
  void withdraw_receiver() noexcept { receiver_ = nullptr; }
  void withdraw_sender() noexcept { sender_ = nullptr; }

  void happened(std::uint32_t events) noexcept override;
  endpoint peer() const noexcept override { return peer_of_datagrams(descriptor_.get()); }
  int shut_down_sending() noexcept override { return -EOPNOTSUPP; }
  void reset_on_close() noexcept override {}
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
  void release() noexcept override;

  // Each: true when the request has ended, with its result.
  bool try_receive(receive_datagrams_operation& request) noexcept;
  bool try_send(send_datagrams_operation& request) noexcept;

  receive_datagrams_operation* receiver_ = nullptr;
  send_datagrams_operation* sender_ = nullptr;
  datagram_sender sending_;
  bool may_receive_ = true;
  bool connected_ = false;
  bool watched_ = false;
};

}  // namespace pirn::detail
