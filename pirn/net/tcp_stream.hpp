// tcp_stream: a connection as a stream of bytes.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pirn/core/io_wait.hpp"
#include "pirn/core/lease.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/task.hpp"

namespace pirn::net {

class tcp_stream;

/// Waits for bytes in memory of the driver's. An empty lease is the end of the stream.
class [[nodiscard]] read_wait final : public awaitable<read_wait>,
                                      private receive_leased_operation {
 public:
  explicit read_wait(tcp_stream& stream) noexcept;
  ~read_wait() { PIRN_ASSERT(!pending_, "a task is not destroyed while it reads"); }
  std::string describe() const override;

 private:
  friend class awaitable<read_wait>;
  bool try_complete();
  void enqueue() noexcept {}
  cancel_answer withdraw() noexcept override;
  void completed() noexcept override;
  lease result();

  tcp_stream& stream_;
  bool pending_ = false;
};

/// Waits until bytes have all been handed to the transport.
class [[nodiscard]] write_wait final : public awaitable<write_wait>, private send_operation {
 public:
  static constexpr bool selectable = false;

  write_wait(tcp_stream& stream, std::span<const std::byte> bytes) noexcept;
  write_wait(tcp_stream& stream, std::span<const slice> parts) noexcept;
  ~write_wait() { PIRN_ASSERT(!pending_, "a task is not destroyed while it writes"); }
  std::string describe() const override;

 private:
  friend class awaitable<write_wait>;
  bool try_complete();
  void enqueue() noexcept {}
  cancel_answer withdraw() noexcept override;
  void completed() noexcept override;
  void result();

  tcp_stream& stream_;
  slice whole_{};
  bool pending_ = false;
};

/// A connected stream: TCP, a Unix socket, or a simulated one. One task may read while another
/// writes.
///
/// Threads:  its loop's.
/// Lifetime: closing (destroying) it requires that no task is reading or writing. What was written
/// is still sent.
class tcp_stream {
 public:
  explicit tcp_stream(socket_ptr connected) noexcept : socket_(std::move(connected)) {}

  /// Waits for at least one byte; gives a lease on a buffer that the driver filled, empty at the
  /// end of the stream:
  ///   while (auto chunk = co_await peer.read()) …        // on GCC 12: auto chunk = co_await
  ///   peer.read();
  /// Throws: std::system_error (connection reset).
  /// Cancel: loses nothing; what arrives later is kept for the next read.
  /// Cost:   no copy, no allocation; often no system call.
  read_wait read() noexcept { return read_wait(*this); }

  /// Reads at least one byte into the caller's memory. Returns: the count, 0 at the end of the
  /// stream. Throws, Cancel: as read(); bytes that had arrived when it was cancelled are returned.
  task<std::size_t> read_some(std::span<std::byte> into);

  /// Writes it all.
  /// Throws: std::system_error (broken pipe, connection reset).
  /// Cancel: part of it may have gone out; after that the stream is only good for closing.
  write_wait write_all(std::span<const std::byte> bytes) noexcept {
    return write_wait(*this, bytes);
  }
  write_wait write_all(std::string_view text) noexcept {
    return write_wait(*this, std::as_bytes(std::span(text)));
  }
  /// Writes several runs of bytes, in order, with one request. The list must live until it is done.
  write_wait write_all(std::span<const slice> parts) noexcept { return write_wait(*this, parts); }

  /// Says that nothing more will be written; the peer reads the end of the stream. Reading goes on.
  void shut_down_writing();
  /// Makes closing reset the connection instead of ending it in order.
  void reset_on_close() noexcept { socket_->reset_on_close(); }

  bool is_open() const noexcept { return socket_ != nullptr; }
  /// Closes now. Requires: no task is reading or writing.
  void close() noexcept { socket_.reset(); }

  endpoint local() const { return socket_->local(); }
  endpoint peer() const { return socket_->peer(); }
  /// The kernel's descriptor, or -1 on a simulated network.
  int native_handle() const noexcept { return socket_->native_handle(); }
  socket& raw() const noexcept { return *socket_; }

 private:
  socket_ptr socket_;
};

/// Connects to `remote`.
/// Throws: std::system_error that names the address.
/// Cancel: nothing stays behind.
task<tcp_stream> connect(endpoint remote, stream_options options = {});

/// A run of bytes, for a gather list.
inline slice part(std::span<const std::byte> bytes) noexcept {
  return {bytes.data(), bytes.size()};
}
inline slice part(std::string_view text) noexcept {
  return part(std::as_bytes(std::span(text)));
}

}  // namespace pirn::net
