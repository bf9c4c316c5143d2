// tcp_stream: a connection as a stream of bytes.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pirn/core/io_wait.hpp"
#include "pirn/core/lease.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/task.hpp"
#include "pirn/platform/fd.hpp"

namespace pirn::net {

/// Waits for bytes in memory of the driver's. An empty lease is the end of the stream.
class [[nodiscard]] read_wait final : public awaitable<read_wait>,
                                      private receive_leased_operation {
 public:
  explicit read_wait(socket& source) noexcept { from = &source; }
  ~read_wait() { PIRN_ASSERT(!is_waiting(), "a task is not destroyed while it reads"); }
  std::string describe() const override;
  const socket& source() const noexcept { return *from; }

 private:
  friend class awaitable<read_wait>;

  bool try_complete() {
    if (waiter()->home().driver().start(*this) == started::done) return true;
    waiter()->home().foreground_started();
    return false;
  }
  void enqueue() noexcept {}
  cancel_answer withdraw() noexcept override;
  void completed() noexcept override;
  lease result() {
    if (operation::result < 0) [[unlikely]]
      fail();
    return std::move(chunk);
  }
  [[noreturn, gnu::cold]] void fail() const;
};

/// Waits until bytes have all been handed to the transport. Most often it takes them at once; a
/// request to the driver is made for what it does not take, and for several runs of bytes.
class [[nodiscard]] write_wait final : public awaitable<write_wait> {
 public:
  static constexpr bool selectable = false;

  write_wait(socket& target, std::span<const std::byte> bytes) noexcept
      : to_(target), bytes_{bytes.data(), bytes.size()} {}
  write_wait(socket& target, std::span<const slice> parts) noexcept : to_(target), parts_(parts) {}
  ~write_wait() { PIRN_ASSERT(!is_waiting(), "a task is not destroyed while it writes"); }
  std::string describe() const override;
  /// As socket::sending_stalled_for().
  duration stalled_for() const noexcept { return to_.sending_stalled_for(); }
  /// As socket::unsent_bytes().
  std::size_t unsent_bytes() const noexcept { return to_.unsent_bytes(); }
  /// Bytes that the transport has taken since it began to wait.
  std::size_t taken_bytes() const noexcept { return request_ ? request_->sent_bytes : 0; }

 private:
  friend class awaitable<write_wait>;

  struct request final : send_operation {
    explicit request(write_wait& of) noexcept : wait(of) { to = &of.to_; }
    void completed() noexcept override { wait.request_ended(); }
    write_wait& wait;
    slice rest{};
  };

  bool try_complete() {
    error_ = 0;
    if (parts_.data() != nullptr) return send_parts();
    std::ptrdiff_t count = to_.send_at_once({bytes_.data, bytes_.size});
    if (count == static_cast<std::ptrdiff_t>(bytes_.size)) [[likely]]
      return true;
    return send_rest(count);
  }
  bool send_parts();
  bool send_rest(std::ptrdiff_t sent);
  bool start_request();
  void request_ended() noexcept;
  void enqueue() noexcept {}
  cancel_answer withdraw() noexcept override;
  void result() const {
    if (error_ < 0) [[unlikely]]
      fail();
  }
  [[noreturn, gnu::cold]] void fail() const;

  socket& to_;
  int error_ = 0;
  slice bytes_{};                 // one run of bytes,
  std::span<const slice> parts_;  // or several
  std::optional<request> request_;
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

  /// A stream on a connected socket, of TCP or Unix, that the program has by its number: inherited,
  /// received, or made otherwise. Nobody else may read from it or write to it. On io_uring its
  /// O_NONBLOCK is taken away, for all who share it.
  /// Throws: std::system_error that names the descriptor, which is closed: EINVAL when it is no
  ///         stream socket or listens, ENOTSOCK, ENOTCONN, EAFNOSUPPORT; ENOTSUP on a simulated
  ///         network.
  /// Source: asyncio's create_connection(sock=...).
  static tcp_stream adopt(unique_fd connected, stream_options options = {});

  /// Waits for at least one byte; gives a lease on a buffer that the driver filled, empty at the
  /// end of the stream:
  ///   while (auto chunk = co_await peer.read()) ...   // on GCC 12: await into a local first
  /// Throws: std::system_error (connection reset).
  /// Cancel: loses nothing; what arrives later is kept for the next read.
  /// Cost:   no copy, no allocation; often no system call.
  read_wait read() noexcept { return read_wait(raw()); }

  /// Reads at least one byte into the caller's memory.
  /// Returns: the count, 0 at the end of the stream.
  /// Throws:  as read().
  /// Cancel:  as read(); bytes that had arrived when it was cancelled are returned.
  task<std::size_t> read_some(std::span<std::byte> into);

  /// Writes it all.
  /// Throws: std::system_error (broken pipe, connection reset).
  /// Cancel: part of it may have gone out; after that the stream is only good for closing.
  write_wait write_all(std::span<const std::byte> bytes) noexcept {
    return write_wait(raw(), bytes);
  }
  write_wait write_all(std::string_view text) noexcept {
    return write_wait(raw(), std::as_bytes(std::span(text)));
  }
  /// Writes several runs of bytes, in order, with one request. The list must live until it is done.
  write_wait write_all(std::span<const slice> parts) noexcept { return write_wait(raw(), parts); }

  /// Says that nothing more will be written; the peer reads the end of the stream. Reading goes on.
  /// Throws: std::system_error (not connected).
  task<> shut_down_writing();
  /// Makes closing reset the connection instead of ending it in order.
  void reset_on_close() noexcept { raw().reset_on_close(); }

  bool is_open() const noexcept { return socket_ != nullptr; }
  /// Closes now.
  /// Requires: no task is reading or writing.
  void close() noexcept { socket_.reset(); }

  endpoint local() const { return raw().local(); }
  endpoint peer() const { return raw().peer(); }
  /// The peer's address, as errors tell it; of a client without one, whose client it is.
  std::string name() const;
  /// The kernel's descriptor, or -1 on a simulated network.
  int native_handle() const noexcept { return raw().native_handle(); }
  /// Null when it is closed.
  socket* carrier() const noexcept { return socket_.get(); }
  socket& raw() const noexcept {
    PIRN_ASSERT(is_open(), "a stream that was closed or moved from is used");
    return *socket_;
  }

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
