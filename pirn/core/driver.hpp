// driver: what stands between a loop and the world: a kernel's queue, or a simulation.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <system_error>

#include "pirn/base/time.hpp"
#include "pirn/core/inbox.hpp"
#include "pirn/core/operation.hpp"

namespace pirn {

/// Whether `driver::start` finished a request at once.
enum class started : bool { done, pending };

/// What a request, or a wait, says when it is asked to cancel.
enum class cancel_answer : std::uint8_t {
  gone,     ///< withdrawn now: it will not complete
  pending,  ///< it will complete, with `-ECANCELED` or with whatever happened first
  refused,  ///< it cannot be cancelled and will complete in its own time
};

/// Carries out requests, keeps the clock and blocks the thread when there is nothing to do. The
/// house's one seam to the outside: io_uring, epoll and the simulator implement it, faults are
/// injected here, and nothing above it can tell a kernel's socket from a simulated one.
///
/// Threads: one loop's, but `wake()`.
class driver : public inbox::sleeper {
 public:
  driver(driver&&) = delete;  // sockets point at it
  virtual ~driver() = default;

  virtual std::string_view name() const noexcept = 0;

  // Time. Virtual time stands still but in poll().
  virtual bool is_virtual() const noexcept = 0;
  virtual time_point now() noexcept = 0;

  /// Submits what is queued and completes what has happened. With `until` later than now it blocks
  /// until something completes, `wake()` is called, or that time has come (a virtual clock jumps);
  /// else it never blocks.
  /// Returns: now.
  virtual time_point poll(time_point until) = 0;

  /// Whether a loop with nothing ready and `foreground_requests` awaited ones may still see one
  /// complete without help from its own tasks. A kernel may always; a simulation only if it has an
  /// event to come.
  virtual bool may_complete(std::size_t foreground_requests) const noexcept = 0;

  /// Ends a poll that blocks, or makes the next one return at once.
  /// Threads: any.
  void wake() noexcept override = 0;

  /// True when a poll would find something without entering the kernel; plain loads only, so cheap
  /// enough for every turn.
  bool has_news() const noexcept {
    return (*news_.flags & news_.mask) != 0 || *news_.tail != *news_.head;
  }

  // Sockets.
  virtual std::expected<socket_ptr, std::error_code> listen(const endpoint& local,
                                                            const listen_options& options) = 0;
  /// Takes over a listening socket that the program was given by its number. Refused, with EINVAL
  /// for one that does not listen and ENOTSUP where there are no descriptors, it stays open.
  virtual std::expected<socket_ptr, std::error_code> adopt_listener(
      int descriptor, const stream_options& of_accepted) {
    static_cast<void>(descriptor);
    static_cast<void>(of_accepted);
    return std::unexpected(std::make_error_code(std::errc::not_supported));
  }
  /// The same for a connected stream socket: EINVAL for one that is no stream, or listens, ENOTCONN
  /// for one that is not connected, EAFNOSUPPORT for one that is neither IP nor Unix.
  virtual std::expected<socket_ptr, std::error_code> adopt_stream(int descriptor,
                                                                  const stream_options& options) {
    static_cast<void>(descriptor);
    static_cast<void>(options);
    return std::unexpected(std::make_error_code(std::errc::not_supported));
  }
  virtual std::expected<socket_ptr, std::error_code> open_datagrams(
      const endpoint& local, const datagram_options& options) = 0;

  // Requests. `start` completes the request at once or takes it over until its completion.
  virtual started start(accept_operation&) = 0;
  virtual started start(connect_operation&) = 0;
  virtual started start(receive_operation&) = 0;
  virtual started start(receive_leased_operation&) = 0;
  virtual started start(send_operation&) = 0;
  virtual started start(receive_datagrams_operation&) = 0;
  virtual started start(send_datagrams_operation&) = 0;
  virtual started start(poll_operation&) = 0;
  virtual started start(open_operation&) = 0;
  virtual started start(read_operation&) = 0;
  virtual started start(write_operation&) = 0;
  virtual started start(fsync_operation&) = 0;
  virtual started start(close_operation&) = 0;
  virtual started start(rename_operation&) = 0;
  virtual started start(unlink_operation&) = 0;
  virtual started start(make_directory_operation&) = 0;
  virtual started start(stat_operation&) = 0;

  /// Closes a file without waiting and without telling of errors: for a handle that is let go.
  virtual void drop(file_id file) noexcept = 0;

  /// Asks to end a request that is pending. After `gone` it is the caller's again and will not
  /// complete.
  virtual cancel_answer cancel(operation& request) noexcept = 0;

  /// Where work that was done off the loop comes back; set by the loop before anything is started.
  void attach(inbox& mail) noexcept { inbox_ = &mail; }

 protected:
  /// Where has_news() looks: a flag word with the bits that matter, and a queue's two ends.
  struct news_source {
    const std::uint32_t* flags = &nothing;
    std::uint32_t mask = 0;
    const std::uint32_t* tail = &nothing;
    const std::uint32_t* head = &nothing;
  };

  driver() = default;

  static constexpr std::uint32_t nothing = 0;
  news_source news_;
  inbox* inbox_ = nullptr;
};

}  // namespace pirn
