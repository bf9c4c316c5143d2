// epoll_socket: connections and listeners of the epoll driver, with the requests that wait on them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <sys/epoll.h>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/driver.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/platform/buffer_pool.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/platform/sockaddr.hpp"

namespace pirn::detail {

/// What a pending request is; kept in its `driver_data.state`.
enum class request_kind : std::uint32_t {
  accept,
  connect,
  receive,
  receive_leased,
  send,
  receive_datagrams,
  send_datagrams,
  poll,
  file
};

/// Events that epoll has told and that were not yet looked at, from `next` to `end`.
struct event_batch {
  std::array<epoll_event, 64> events;
  std::uint32_t next = 0;
  std::uint32_t end = 0;

  /// Takes out what is about to die.
  void forget(const void* source) noexcept;
};

/// What the sockets of one epoll driver share.
struct epoll_shared {
  unique_fd set;
  buffer_pool buffers;
  event_batch batch;
  std::size_t received_bytes = 0;  ///< in this poll
  std::uint32_t attempts = 0;      ///< calls that were tried since the last poll
  std::size_t pending = 0;         ///< requests that were started and have not completed
  std::size_t sockets = 0;         ///< made and not yet released

  void pend(operation& request, request_kind kind) noexcept {
    request.driver_data.state = static_cast<std::uint32_t>(kind);
    ++pending;
  }
  void complete(operation& request) noexcept {
    --pending;
    request.completed();
  }
};

/// A socket that the set of descriptors knows, from the first request that has to wait until its
/// end. Events are edges: one says that a call which failed with EAGAIN may work now, and it is
/// remembered until it is used.
class epoll_socket : public socket {
 public:
  /// The kernel's word on this socket, completes what it can. May destroy the socket.
  virtual void happened(std::uint32_t events) noexcept = 0;

  endpoint local() const noexcept override { return local_endpoint(descriptor_.get()); }
  int native_handle() const noexcept override { return descriptor_.get(); }

 protected:
  epoll_socket(epoll_shared& shared, unique_fd descriptor) noexcept;
  ~epoll_socket() override;

  /// Has the kernel tell of `events` from now on.
  /// Returns: 0 or -errno.
  int watch(std::uint32_t events) noexcept {
    return (watched_ & events) == events ? 0 : watch_more(events);
  }

  epoll_shared& shared_;
  unique_fd descriptor_;

 private:
  int watch_more(std::uint32_t events) noexcept;

  std::uint32_t watched_ = 0;
};

class epoll_stream final : public epoll_socket {
 public:
  epoll_stream(epoll_shared& shared, unique_fd descriptor, const socket_address& peer) noexcept;

  /// As `driver::start`.
  started start(receive_operation& request) noexcept;
  started start(receive_leased_operation& request) noexcept;
  started start(send_operation& request) noexcept;
  static started start(epoll_shared& shared, connect_operation& request) noexcept;

  void withdraw_reader() noexcept { reader_ = nullptr; }
  void withdraw_sender() noexcept { writer_ = nullptr; }
  static void withdraw(connect_operation& request) noexcept;

  void happened(std::uint32_t events) noexcept override;
  std::ptrdiff_t send_at_once(std::span<const std::byte> bytes) noexcept override;
  endpoint peer() const noexcept override { return peer_.to_endpoint(descriptor_.get()); }
  duration sending_stalled_for() const noexcept override {
    return pirn::sending_stalled_for(descriptor_.get());
  }
  std::size_t unsent_bytes() const noexcept override {
    return pirn::unsent_bytes(descriptor_.get());
  }
  int shut_down_sending() noexcept override;
  void reset_on_close() noexcept override { set_reset_on_close(descriptor_.get()); }

 private:
  void release() noexcept override;

  // Each try_: true when the request has ended, with its result; false when it must wait for an
  // event.
  bool try_receive(std::span<std::byte> into, int& result) noexcept;
  bool try_receive(receive_operation& request) noexcept;
  bool try_receive(receive_leased_operation& request) noexcept;
  bool try_send(send_operation& request) noexcept;
  started wait_to_read(operation& request, request_kind kind) noexcept;
  started wait_to_write(send_operation& request) noexcept;
  void go_on_writing() noexcept;
  bool try_reader() noexcept;
  void finish_connect(connect_operation& request) noexcept;

  operation* reader_ = nullptr;
  operation* writer_ = nullptr;  // a send_operation; a connect_operation while connecting_
  peer_record peer_;
  receive_size receive_size_;
  bool may_read_ = true;
  bool may_write_ = true;
  bool short_read_empties_;
  bool connecting_ = false;
  bool sending_ended_ = false;
};

class epoll_listener final : public epoll_socket {
 public:
  epoll_listener(epoll_shared& shared, unique_fd descriptor,
                 const stream_options& accepted) noexcept
      : epoll_socket(shared, std::move(descriptor)), accepted_(accepted) {}

  /// As `driver::start`.
  started start(accept_operation& request) noexcept;
  void withdraw(accept_operation& request) noexcept { waiting_.remove(request); }

  void happened(std::uint32_t events) noexcept override;
  endpoint peer() const noexcept override { return {}; }
  int shut_down_sending() noexcept override { return -ENOTCONN; }
  void reset_on_close() noexcept override {}

 private:
  void release() noexcept override;
  bool try_accept(accept_operation& request) noexcept;
  void take(unique_fd connection, const socket_address& peer, accept_operation& request) noexcept;

  intrusive_list<accept_operation> waiting_;
  stream_options accepted_;
  bool may_accept_ = true;
};

}  // namespace pirn::detail
