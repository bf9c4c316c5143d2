// uring_datagrams: a datagram socket of the io_uring driver.
#pragma once

#include "pirn/core/operation.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/platform/kernel_datagrams.hpp"
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
class uring_datagrams final : public kernel_datagrams<socket> {
 public:
  uring_datagrams(uring_core& core, unique_fd descriptor) noexcept;

  // As `driver::start`.
  started start(receive_datagrams_operation& request) noexcept;
  started start(send_datagrams_operation& request) noexcept;

  /// The kernel's word on one direction. May free the socket.
  void became_ready(uring_readiness& direction, int result, std::uint32_t flags) noexcept;

  endpoint local() const noexcept override { return local_endpoint(descriptor_.get()); }
  int native_handle() const noexcept override { return descriptor_.get(); }

 private:
  ~uring_datagrams() override { --core_.sockets; }
  void release() noexcept override;

  // As `datagram_receiver::try_receive`; a poll that stands tells of what comes.
  bool try_receive(receive_datagrams_operation& request) noexcept {
    return receiving_.try_receive(descriptor_.get(), request,
                                  readable_.is_armed && core_.multishot);
  }
  void arm(uring_readiness& direction) noexcept;
  void serve() noexcept;

  uring_core& core_;
  uring_readiness readable_{*this};
  uring_readiness writable_{*this};
  unique_fd descriptor_;
  bool released_ = false;
};

}  // namespace pirn::detail
