// kernel_datagrams: what the datagram sockets of both kernel drivers have in common.
#pragma once

#include <concepts>

#include "pirn/core/operation.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/platform/datagram_calls.hpp"

namespace pirn::detail {

/// A datagram socket but for how its driver waits: who waits, the calls that are tried first, and
/// what is set by plain calls on the descriptor.
template <std::derived_from<socket> Base>
class kernel_datagrams : public Base {
 public:
  void withdraw_receiver() noexcept { receiver_ = nullptr; }
  void withdraw_sender() noexcept { sender_ = nullptr; }

  endpoint peer() const noexcept override { return peer_of_datagrams(this->native_handle()); }
  int shut_down_sending() noexcept override { return -EOPNOTSUPP; }
  void reset_on_close() noexcept override {}
  int connect(const endpoint& remote) noexcept override {
    receiving_.connected();
    return connect_datagrams(this->native_handle(), remote);
  }
  int set(datagram_setting what, int value) noexcept override {
    return set_datagrams(this->native_handle(), what, value);
  }
  int change(membership how, const endpoint& group, unsigned interface_index) noexcept override {
    return change_membership(this->native_handle(), how, group, interface_index);
  }

 protected:
  using Base::Base;

  receive_datagrams_operation* receiver_ = nullptr;
  send_datagrams_operation* sender_ = nullptr;
  datagram_receiver receiving_;
  datagram_sender sending_;
};

}  // namespace pirn::detail
