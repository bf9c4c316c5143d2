// uring_stream: a connection of the io_uring driver: how it receives, sends and ends.
#pragma once

#include <cstdint>
#include <span>

#include "pirn/core/frame_pool.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/platform/sockaddr.hpp"
#include "pirn/platform/uring_core.hpp"

namespace pirn::detail {

/// A connection. It receives in one of two ways, and changes over by what arrives:
///
/// *own*: the kernel only tells that something came, and a plain recv(2) takes all of it into a
/// large buffer, or straight into the caller's memory. Right for bursts, which small buffers would
/// chop up; it is also what is left when the ring is empty, and it holds a peer back whose data
/// nobody takes. A connection begins so, for the first burst would cost most.
///
/// *ring*: one request stays with the kernel, which puts what comes into a small buffer of the
/// common ring: no system call a message, and still no buffer while nothing comes. A connection
/// comes here after some small messages in a row; but not a Unix socket, because bytes that are
/// taken before the program asks for them would lose the descriptors that came with them.
class uring_stream final : public socket, public pooled_frame {
 public:
  uring_stream(uring_core& core, unique_fd descriptor, const socket_address& peer) noexcept;

  // As `driver::start`.
  started start(receive_operation& request) noexcept;
  started start(receive_leased_operation& request) noexcept;
  started start(send_operation& request) noexcept;

  /// The receive is its caller's again; what comes is kept for the next one.
  void withdraw_receiver() noexcept { receiver_ = nullptr; }
  void cancel_send() noexcept;

  // What the kernel says about the three requests that a connection has with it. The first two may
  // free it.
  void received(int result, std::uint32_t flags) noexcept;
  void became_readable(int result, std::uint32_t flags) noexcept;
  void sent(int result) noexcept;

  endpoint local() const noexcept override { return local_endpoint(descriptor_.get()); }
  endpoint peer() const noexcept override { return peer_.to_endpoint(descriptor_.get()); }
  std::ptrdiff_t send_at_once(std::span<const std::byte> bytes) noexcept override;
  duration sending_stalled_for() const noexcept override {
    return pirn::sending_stalled_for(descriptor_.get());
  }
  std::size_t unsent_bytes() const noexcept override {
    return pirn::unsent_bytes(descriptor_.get());
  }
  int shut_down_sending() noexcept override;
  void reset_on_close() noexcept override { set_reset_on_close(descriptor_.get()); }
  int native_handle() const noexcept override { return descriptor_.get(); }

 private:
  enum class way : std::uint8_t { ring, own };

  ~uring_stream() override { --core_.sockets; }
  void release() noexcept override;
  void free_when_done() noexcept;

  started start_receive(operation& request, uring_kind kind) noexcept;
  static bool is_leased(const operation& request) noexcept {
    return request.driver_data.state == static_cast<std::uint32_t>(uring_kind::receive_leased);
  }
  /// Returns: whether the request has its result.
  bool take(operation& request) noexcept;
  void take_chunk(operation& request) noexcept;
  lease lend(std::uint32_t id, std::uint32_t offset, std::uint32_t size_bytes) noexcept;
  int copy_chunks(std::span<std::byte> into) noexcept;
  int receive_own(receive_leased_operation& request) noexcept;
  int receive_own(std::span<std::byte> into) noexcept;
  void wait_for_data() noexcept;

  void received_otherwise(int result, std::uint32_t flags) noexcept;
  void arrived(std::uint32_t id, std::uint32_t size_bytes) noexcept;
  void receive_failed(int result) noexcept;
  void serve_receiver() noexcept;
  void keep(std::uint32_t id, std::uint32_t size_bytes) noexcept;
  void pop_chunk() noexcept;
  void go_own_way() noexcept;
  void go_ring_way() noexcept;
  void note_own_receive(std::size_t count_bytes) noexcept;

  void submit_send() noexcept;

  static constexpr std::uint16_t no_chunk = 0xffff;          // a ring has fewer buffers
  static constexpr std::uint8_t kept_chunks_at_most = 8;     // of a connection that nobody reads
  static constexpr std::uint8_t small_receives_to_ring = 4;  // in a row

  uring_core& core_;
  operation* receiver_ = nullptr;
  send_operation* sender_ = nullptr;
  peer_record peer_;
  unique_fd descriptor_;
  std::uint16_t first_chunk_ = no_chunk;
  std::uint16_t last_chunk_ = no_chunk;
  std::int16_t error_ = 0;  // met while nobody received; told once
  std::uint8_t chunks_ = 0;
  std::uint8_t small_receives_ = 0;
  receive_size size_;
  way way_ = way::own;
  // Nothing is here to take, the request of the ring's way stands, and who receives wants a lease.
  bool settled_ = false;
  bool receive_ending_ = false;
  bool readable_ending_ = false;
  bool send_cancelled_ = false;
  bool receive_armed_ : 1 = false;
  bool readable_armed_ : 1 = false;
  bool may_read_ : 1 = false;    // on the own way: recv(2) may find something
  bool short_read_empties_ : 1;  // and the kernel will tell of what comes next; not so at a Unix
                                 // socket, whose reads also end at a passed descriptor
  bool at_end_ : 1 = false;
  bool released_ : 1 = false;
  bool sending_ended_ : 1 = false;
};

static_assert(sizeof(uring_stream) == 80, "there may be a million");

}  // namespace pirn::detail
