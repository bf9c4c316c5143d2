// epoll_datagrams: a datagram socket of the epoll driver.
#pragma once

#include "pirn/platform/epoll_socket.hpp"
#include "pirn/platform/kernel_datagrams.hpp"

namespace pirn::detail {

/// A datagram socket. Calls that move many datagrams at once are tried first; an edge says when to
/// try again.
class epoll_datagrams final : public kernel_datagrams<epoll_socket> {
 public:
  epoll_datagrams(epoll_shared& shared, unique_fd descriptor) noexcept
      : kernel_datagrams(shared, std::move(descriptor)) {}

  /// As `driver::start`.
  started start(receive_datagrams_operation& request) noexcept;
  started start(send_datagrams_operation& request) noexcept;

  void happened(std::uint32_t events) noexcept override;

 private:
  void release() noexcept override;

  bool watched_ = false;  // by the kernel, for reading
};

}  // namespace pirn::detail
