// uring_listener: a listening socket of the io_uring driver.
#pragma once

#include <cstdint>
#include <vector>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/platform/sockaddr.hpp"
#include "pirn/platform/uring_core.hpp"

namespace pirn::detail {

/// A listener. One request stays with the kernel and brings connections; a few may wait here for
/// the next accept, the others wait in the kernel as ever.
class uring_listener final : public socket {
 public:
  /// Throws: std::bad_alloc.
  uring_listener(uring_core& core, unique_fd descriptor, const stream_options& of_accepted);

  // As `driver::start`.
  started start(accept_operation& request) noexcept;
  void withdraw(accept_operation& request) noexcept { waiting_.remove(request); }

  /// What the kernel says about the armed request. May free the listener.
  void accepted(int result, std::uint32_t flags) noexcept;

  endpoint local() const noexcept override { return local_endpoint(descriptor_.get()); }
  endpoint peer() const noexcept override { return {}; }
  int shut_down_sending() noexcept override { return -ENOTCONN; }
  void reset_on_close() noexcept override {}
  int native_handle() const noexcept override { return descriptor_.get(); }

 private:
  ~uring_listener() override;
  void release() noexcept override;

  void arm() noexcept;
  void stop() noexcept;
  void go_on() noexcept;
  bool must_sweep() noexcept;
  /// How many connections wait in the kernel; a Unix socket tells only whether there are any.
  unsigned queued() const noexcept;
  void take(unique_fd connection) noexcept;
  void refused(int result) noexcept;
  void hand_over(unique_fd connection, accept_operation& request) noexcept;

  static constexpr std::size_t kept_at_most = 64;
  static constexpr unsigned queued_at_most = 4096;  // net.core.somaxconn, if nobody raised it

  uring_core& core_;
  intrusive_list<accept_operation> waiting_;
  std::vector<unique_fd> kept_;  // accepted before anyone asked; the oldest first
  stream_options of_accepted_;
  unique_fd descriptor_;
  unsigned sweeps_left_ = 0;  // how many in the queue may have nobody else who was woken for them
  bool armed_ = false;
  bool takes_many_ = false;  // the armed request
  bool polls_ = false;       // the armed request, or the next one, is a poll
  bool ending_ = false;
  bool released_ = false;
};

}  // namespace pirn::detail
