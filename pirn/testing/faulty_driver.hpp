// faulty_driver: a driver that does as another one does, but for one call, which fails.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "pirn/core/driver.hpp"

namespace pirn::testing {

/// The call that fails, and how.
struct fault {
  std::size_t call = 0;  ///< counted from 1; 0: none
  int error = 0;         ///< an errno: EMFILE, ENOBUFS, ENOMEM, ...
};

/// Stands between a loop and a driver at the house's one seam, counts what is asked of the driver
/// and of its sockets, and lets one call fail as the system might: with an error, at once.
///
/// Counted are listen(), adopt_listener(), adopt_stream() and open_datagrams(), each start(), and
/// of sockets what may fail. A file whose close() fails is closed nevertheless, as with close(2).
///
/// Threads:  its loop's, but wake().
/// Lifetime: `inner` outlives it; it outlives its sockets. Its owner attaches `inner` to the loop's
///           inbox.
class faulty_driver final : public driver {
 public:
  faulty_driver(driver& inner, fault what);
  ~faulty_driver() override;

  std::size_t calls() const noexcept { return calls_; }
  std::size_t polls() const noexcept { return polls_; }
  /// What the call that failed was, "send" for example; empty when it has not come.
  std::string_view failed() const noexcept { return failed_; }
  /// A program that polls more often spins, and is stopped by an assertion.
  void limit_polls(std::size_t polls_max) noexcept { polls_max_ = polls_max; }

  std::string_view name() const noexcept override { return inner_.name(); }
  bool is_virtual() const noexcept override { return inner_.is_virtual(); }
  time_point now() noexcept override { return inner_.now(); }
  time_point poll(time_point until) override;
  bool may_complete(std::size_t foreground_requests) const noexcept override {
    return inner_.may_complete(foreground_requests);
  }
  void wake() noexcept override { inner_.wake(); }

  std::expected<socket_ptr, std::error_code> listen(const endpoint& local,
                                                    const listen_options& options) override;
  std::expected<socket_ptr, std::error_code> adopt_listener(
      int descriptor, const stream_options& of_accepted) override;
  std::expected<socket_ptr, std::error_code> adopt_stream(int descriptor,
                                                          const stream_options& options) override;
  std::expected<socket_ptr, std::error_code> open_datagrams(
      const endpoint& local, const datagram_options& options) override;

  started start(accept_operation& request) override;
  started start(connect_operation& request) override;
  started start(receive_operation& request) override;
  started start(receive_leased_operation& request) override;
  started start(send_operation& request) override;
  started start(receive_datagrams_operation& request) override;
  started start(send_datagrams_operation& request) override;
  started start(poll_operation& request) override;
  started start(open_operation& request) override;
  started start(read_operation& request) override;
  started start(write_operation& request) override;
  started start(fsync_operation& request) override;
  started start(close_operation& request) override;
  started start(rename_operation& request) override;
  started start(unlink_operation& request) override;
  started start(make_directory_operation& request) override;
  started start(stat_operation& request) override;

  void drop(file_id file) noexcept override { inner_.drop(file); }
  cancel_answer cancel(operation& request) noexcept override;

 private:
  class faulty_socket;
  class relayed;
  template <class Request>
  class relay;

  /// Whether this call, the next one, is the one that fails.
  bool fails(std::string_view what) noexcept;
  socket_ptr wrap(socket_ptr made);
  /// Makes a socket and wraps it, unless this is the call that fails.
  template <class Make>
  std::expected<socket_ptr, std::error_code> make(std::string_view what, Make made_by);
  template <class Request>
  started pass_on(Request& request, std::string_view what);
  template <class Request>
  started pass_on(Request& request, socket* Request::* field, std::string_view what);
  template <class Request>
  started pass_through_relay(Request& request, std::string_view what);

  driver& inner_;
  fault fault_;
  std::size_t calls_ = 0;
  std::size_t polls_ = 0;
  std::size_t polls_max_;
  std::string failed_;
  std::map<const operation*, std::unique_ptr<relayed>> relays_;
};

}  // namespace pirn::testing
