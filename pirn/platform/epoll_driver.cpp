#include "pirn/platform/epoll_driver.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <span>
#include <system_error>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pirn/base/assert.hpp"
#include "pirn/platform/descriptor_polls.hpp"
#include "pirn/platform/epoll_datagrams.hpp"
#include "pirn/platform/epoll_socket.hpp"
#include "pirn/platform/file_jobs.hpp"
#include "pirn/platform/timespec.hpp"

namespace pirn {

namespace {

using detail::epoll_datagrams;
using detail::epoll_listener;
using detail::epoll_socket;
using detail::epoll_stream;
using detail::request_kind;

epoll_stream& stream_of(socket* of) noexcept {
  return static_cast<epoll_stream&>(*of);
}

epoll_datagrams& datagrams_of(socket* of) noexcept {
  return static_cast<epoll_datagrams&>(*of);
}

class epoll_driver final : public driver {
 public:
  explicit epoll_driver(const epoll_options& options);
  ~epoll_driver() override;

  std::string_view name() const noexcept override { return "epoll"; }
  bool is_virtual() const noexcept override { return false; }
  time_point now() noexcept override;
  time_point poll(time_point until) override;
  bool may_complete(std::size_t foreground) const noexcept override { return foreground != 0; }
  void wake() noexcept override;

  std::expected<socket_ptr, std::error_code> listen(const endpoint& local,
                                                    const listen_options& options) override;
  std::expected<socket_ptr, std::error_code> adopt_listener(
      int descriptor, const stream_options& of_accepted) override;
  std::expected<socket_ptr, std::error_code> adopt_stream(int descriptor,
                                                          const stream_options& options) override;
  std::expected<socket_ptr, std::error_code> open_datagrams(
      const endpoint& local, const datagram_options& options) override;

  started start(accept_operation& request) override {
    return static_cast<epoll_listener&>(*request.listener).start(request);
  }
  started start(connect_operation& request) override {
    return epoll_stream::start(shared_, request);
  }
  started start(receive_operation& request) override {
    return stream_of(request.from).start(request);
  }
  started start(receive_leased_operation& request) override {
    return stream_of(request.from).start(request);
  }
  started start(send_operation& request) override { return stream_of(request.to).start(request); }
  started start(receive_datagrams_operation& request) override {
    return datagrams_of(request.from).start(request);
  }
  started start(send_datagrams_operation& request) override {
    return datagrams_of(request.to).start(request);
  }
  started start(poll_operation& request) override { return polls_.start(request); }
  started start(open_operation& request) override { return start_file(request); }
  started start(read_operation& request) override { return start_file(request); }
  started start(write_operation& request) override { return start_file(request); }
  started start(fsync_operation& request) override { return start_file(request); }
  started start(close_operation& request) override { return start_file(request); }
  started start(rename_operation& request) override { return start_file(request); }
  started start(unlink_operation& request) override { return start_file(request); }
  started start(make_directory_operation& request) override { return start_file(request); }
  started start(stat_operation& request) override { return start_file(request); }
  void drop(file_id file) noexcept override { jobs_.drop(file); }

  cancel_answer cancel(operation& request) noexcept override;

 private:
  template <class Request>
  started start_file(Request& request) {
    return jobs_.start(request, inbox_);
  }

  int wait(time_point until) noexcept;
  int wait_for(duration length) noexcept;
  int ask_kernel(int timeout_ms) noexcept;

  // What one poll receives before the tasks that wait for it have a turn: so little that it is
  // still in the processor's cache then, which makes 64 bursts of 64 KiB a seventh cheaper.
  static constexpr std::size_t bytes_per_poll = 128 << 10;
  // Calls that succeed at once suspend nobody, and the kernel says of nothing else meanwhile: after
  // so many it is asked. A power of two.
  static constexpr std::uint32_t attempts_between_polls = 1024;

  detail::epoll_shared shared_;
  unique_fd wake_;
  detail::descriptor_polls polls_;
  detail::file_jobs jobs_;
  time_point last_now_{};
  bool has_pwait2_ = true;
};

epoll_driver::epoll_driver(const epoll_options& options)
    : shared_{.set = unique_fd(::epoll_create1(EPOLL_CLOEXEC)), .buffers{}, .batch{}},
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      polls_(shared_, &polls_),
      jobs_(shared_, options.files, options.runner) {
  // An edge for each wake(), so that the counter need not be read back to zero.
  epoll_event woken{.events = EPOLLIN | EPOLLET, .data = {.ptr = &wake_}};
  if (!shared_.set || !wake_ ||
      ::epoll_ctl(shared_.set.get(), EPOLL_CTL_ADD, wake_.get(), &woken) != 0) {
    throw std::system_error(last_error(), "epoll driver");
  }
  news_.flags = &shared_.attempts;
  news_.mask = ~(attempts_between_polls - 1);
  news_.tail = &shared_.batch.end;
  news_.head = &shared_.batch.next;
}

epoll_driver::~epoll_driver() {
  PIRN_ASSERT(shared_.pending == 0, "a driver ends with a request outstanding");
  PIRN_ASSERT(shared_.sockets == 0, "a socket outlives its driver");
}

time_point epoll_driver::now() noexcept {
  timespec read{};
  ::clock_gettime(CLOCK_MONOTONIC, &read);
  last_now_ = time_point(std::chrono::seconds(read.tv_sec) + duration(read.tv_nsec));
  return last_now_;
}

void epoll_driver::wake() noexcept {
  // Cannot fail but by overflow, and then the descriptor is readable anyway.
  std::uint64_t one = 1;
  [[maybe_unused]] ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

int epoll_driver::ask_kernel(int timeout_ms) noexcept {
  std::span<epoll_event> room = shared_.batch.events;
  return ::epoll_wait(shared_.set.get(), room.data(), static_cast<int>(room.size()), timeout_ms);
}

int epoll_driver::wait_for(duration length) noexcept {
  if (has_pwait2_) {
    const timespec timeout = detail::to_timespec(length);
    std::span<epoll_event> room = shared_.batch.events;
    int count = ::epoll_pwait2(shared_.set.get(), room.data(), static_cast<int>(room.size()),
                               &timeout, nullptr);
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    has_pwait2_ = false;  // before Linux 5.11, or forbidden by a sandbox
  }
  // Rounded up, for a wait that ends early would be followed by one of no length.
  auto length_ms = std::chrono::ceil<std::chrono::milliseconds>(length);
  constexpr std::chrono::milliseconds longest{1 << 30};
  return ask_kernel(static_cast<int>(std::min(length_ms, longest).count()));
}

int epoll_driver::wait(time_point until) noexcept {
  if (until == never) return ask_kernel(-1);
  // The clock goes forward only, so what it last said can spare reading it.
  if (until > last_now_) {
    duration length = until - now();
    if (length > duration::zero()) return wait_for(length);
  }
  if (shared_.pending == 0) return 0;  // nobody waits for what the kernel might say
  return ask_kernel(0);
}

time_point epoll_driver::poll(time_point until) {
  detail::event_batch& batch = shared_.batch;
  if (batch.next == batch.end) {
    int count = wait(until);  // below zero: a signal, and the caller looks at what it has done
    batch.next = 0;
    batch.end = static_cast<std::uint32_t>(std::max(count, 0));
  }
  shared_.received_bytes = 0;
  while (batch.next != batch.end && shared_.received_bytes < bytes_per_poll) {
    const epoll_event& each = batch.events[batch.next++];
    void* source = each.data.ptr;
    if (source == &polls_) {
      polls_.collect();
    } else if (source != nullptr && source != &wake_) {
      static_cast<epoll_socket*>(source)->happened(each.events);
    }
  }
  // A full batch says that there may be more.
  const bool was_full = batch.next == batch.end && batch.end == batch.events.size();
  shared_.attempts = was_full ? attempts_between_polls : 0;
  return now();
}

std::expected<socket_ptr, std::error_code> epoll_driver::listen(const endpoint& local,
                                                                const listen_options& options) {
  std::expected<unique_fd, std::error_code> made =
      open_listener(local, options, descriptor_mode::non_blocking);
  if (!made) return std::unexpected(made.error());
  auto listener = std::make_unique<epoll_listener>(shared_, std::move(*made), options.accepted);
  return socket_ptr(listener.release());
}

std::expected<socket_ptr, std::error_code> epoll_driver::adopt_listener(
    int descriptor, const stream_options& of_accepted) {
  auto adopted = pirn::adopt_listener(descriptor, of_accepted, descriptor_mode::non_blocking);
  if (!adopted) return std::unexpected(adopted.error());
  auto listener = std::make_unique<epoll_listener>(shared_, std::move(*adopted), of_accepted);
  return socket_ptr(listener.release());
}

std::expected<socket_ptr, std::error_code> epoll_driver::adopt_stream(
    int descriptor, const stream_options& options) {
  auto adopted = pirn::adopt_stream(descriptor, options, descriptor_mode::non_blocking);
  if (!adopted) return std::unexpected(adopted.error());
  const socket_address peer = peer_address(adopted->get());
  auto stream = std::make_unique<epoll_stream>(shared_, std::move(*adopted), peer);
  return socket_ptr(stream.release());
}

std::expected<socket_ptr, std::error_code> epoll_driver::open_datagrams(
    const endpoint& local, const datagram_options& options) {
  std::expected<unique_fd, std::error_code> made = detail::open_datagrams(local, options);
  if (!made) return std::unexpected(made.error());
  auto opened = std::make_unique<epoll_datagrams>(shared_, std::move(*made));
  return socket_ptr(opened.release());
}

cancel_answer epoll_driver::cancel(operation& request) noexcept {
  switch (static_cast<request_kind>(request.driver_data.state)) {
    case request_kind::accept: {
      auto& accept = static_cast<accept_operation&>(request);
      static_cast<epoll_listener&>(*accept.listener).withdraw(accept);
      break;
    }
    case request_kind::connect:
      epoll_stream::withdraw(static_cast<connect_operation&>(request));
      break;
    case request_kind::receive:
      stream_of(static_cast<receive_operation&>(request).from).withdraw_reader();
      break;
    case request_kind::receive_leased:
      stream_of(static_cast<receive_leased_operation&>(request).from).withdraw_reader();
      break;
    case request_kind::send:
      stream_of(static_cast<send_operation&>(request).to).withdraw_sender();
      break;
    case request_kind::receive_datagrams:
      datagrams_of(static_cast<receive_datagrams_operation&>(request).from).withdraw_receiver();
      break;
    case request_kind::send_datagrams:
      datagrams_of(static_cast<send_datagrams_operation&>(request).to).withdraw_sender();
      break;
    case request_kind::poll:
      polls_.withdraw(static_cast<poll_operation&>(request));
      break;
    case request_kind::file:
      return cancel_answer::refused;
  }
  --shared_.pending;
  return cancel_answer::gone;
}

}  // namespace

std::unique_ptr<driver> make_epoll_driver(const epoll_options& options) {
  return std::make_unique<epoll_driver>(options);
}

}  // namespace pirn
