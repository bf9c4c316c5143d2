// descriptor_polls: waiting for any kernel descriptor, several requests on one if need be.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/platform/epoll_socket.hpp"

namespace pirn::detail {

/// Poll requests by descriptor, in an epoll set of their own inside the driver's: a descriptor can
/// be in a set only once, and the driver's own sockets may be polled too. A registration is
/// disarmed by each event and armed anew for who still waits.
class descriptor_polls {
 public:
  /// `tag`: what the driver's set reports when `collect` has something to do.
  descriptor_polls(epoll_shared& shared, void* tag) noexcept : shared_(shared), tag_(tag) {}
  descriptor_polls(descriptor_polls&&) = delete;  // the set points at it

  /// As `driver::start`. What cannot be polled, such as a regular file, is always ready, as for
  /// poll(2).
  started start(poll_operation& request) noexcept;

  void withdraw(poll_operation& request) noexcept;

  /// Completes what has become ready.
  void collect() noexcept;

 private:
  struct watch {
    intrusive_list<poll_operation> waiting;
    bool registered = false;
  };

  int open_set() noexcept;
  int arm(int descriptor, watch& at) noexcept;
  void happened(int descriptor, std::uint32_t events) noexcept;

  epoll_shared& shared_;
  void* tag_;
  unique_fd set_;
  std::unordered_map<int, watch> watches_;
};

}  // namespace pirn::detail
