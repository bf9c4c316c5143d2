#include "pirn/platform/uring_driver.hpp"

#include <cerrno>
#include <new>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "pirn/base/assert.hpp"
#include "pirn/platform/sockaddr.hpp"
#include "pirn/platform/uring_core.hpp"
#include "pirn/platform/uring_datagrams.hpp"
#include "pirn/platform/uring_file.hpp"
#include "pirn/platform/uring_listener.hpp"
#include "pirn/platform/uring_stream.hpp"

namespace pirn {

namespace detail {

namespace {

// About what stays in a processor's second cache until the tasks have used it.
constexpr std::ptrdiff_t poll_budget_bytes = 256 * 1024;

class driver_on_uring final : public uring_driver {
 public:
  driver_on_uring(const uring_options& options, uring_features features);
  ~driver_on_uring() override;

  std::string_view name() const noexcept override { return "io_uring"; }
  bool is_virtual() const noexcept override { return false; }
  time_point now() noexcept override;
  time_point poll(time_point until) override;
  bool may_complete(std::size_t foreground_requests) const noexcept override {
    return foreground_requests != 0;
  }
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
    return static_cast<uring_listener*>(request.listener)->start(request);
  }
  started start(receive_operation& request) override {
    return static_cast<uring_stream*>(request.from)->start(request);
  }
  started start(receive_leased_operation& request) override {
    return static_cast<uring_stream*>(request.from)->start(request);
  }
  started start(send_operation& request) override {
    return static_cast<uring_stream*>(request.to)->start(request);
  }
  started start(receive_datagrams_operation& request) override {
    return static_cast<uring_datagrams*>(request.from)->start(request);
  }
  started start(send_datagrams_operation& request) override {
    return static_cast<uring_datagrams*>(request.to)->start(request);
  }
  started start(connect_operation& request) override { return detail::start(core_, request); }
  started start(poll_operation& request) override { return detail::start(core_, request); }
  started start(open_operation& request) override { return detail::start(core_, request); }
  started start(read_operation& request) override { return detail::start(core_, request); }
  started start(write_operation& request) override { return detail::start(core_, request); }
  started start(fsync_operation& request) override { return detail::start(core_, request); }
  started start(close_operation& request) override { return detail::start(core_, request); }
  started start(rename_operation& request) override { return detail::start(core_, request); }
  started start(unlink_operation& request) override { return detail::start(core_, request); }
  started start(make_directory_operation& request) override {
    return detail::start(core_, request);
  }
  started start(stat_operation& request) override { return detail::start(core_, request); }
  void drop(file_id file) noexcept override { ::close(static_cast<int>(file)); }

  cancel_answer cancel(operation& request) noexcept override;

  uring_statistics statistics() const noexcept override;
  const uring_features& features() const noexcept override { return features_; }

 private:
  void listen_for_wakes() noexcept;
  void take_completions() noexcept;
  void dispatch(const io_uring_cqe& completion) noexcept;
  void end_everything() noexcept;

  uring_features features_;
  uring_core core_;
  unique_fd wake_;  // an eventfd, polled by a request that stays
  pid_t process_ = ::getpid();
};

driver_on_uring::driver_on_uring(const uring_options& options, uring_features features)
    : features_(std::move(features)),
      core_({.submissions = options.submissions,
             .completions = options.completions,
             .deferred_work = features_.deferred_work && options.deferred_work},
            {.size_bytes = options.buffer_size_bytes,
             .at_first = options.buffers_at_first,
             .at_most = options.buffers_at_most}),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw std::system_error(last_error(), "eventfd");
  core_.multishot = features_.multishot && options.multishot;
  news_ = {.flags = core_.ring.flags_word(),
           .mask = uring::deferred_mask,
           .tail = core_.ring.completion_tail_word(),
           .head = &core_.news_head};
  listen_for_wakes();
}

// A forked child has the object but not the queues; it may only forget them.
driver_on_uring::~driver_on_uring() {
  if (::getpid() == process_) end_everything();
}

time_point driver_on_uring::now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

time_point driver_on_uring::poll(time_point until) {
  core_.budget_bytes = poll_budget_bytes;
  // Completions left from the last poll, for which its budget was too small, come first.
  bool can_block = !core_.ring.has_completions();
  duration at_most = duration::zero();
  if (can_block && until == never) {
    at_most = duration::max();
  } else if (can_block && until > time_point{}) {
    at_most = until - now();
  }
  if (at_most > duration::zero()) {
    core_.ring.enter_and_wait(at_most);
  } else if (core_.ring.has_submissions() || core_.ring.has_deferred_work()) {
    core_.ring.enter();
  }
  take_completions();
  core_.forget_attempts();
  return now();
}

void driver_on_uring::take_completions() noexcept {
  if (core_.ring.has_overflown()) [[unlikely]]
    ++core_.overflows;
  core_.ring.take_completions([this](const io_uring_cqe& completion) {
    ++core_.completions;
    dispatch(completion);
    return core_.budget_bytes > 0;
  });
}

void driver_on_uring::dispatch(const io_uring_cqe& completion) noexcept {
  auto target = static_cast<uring_target>(completion.user_data & 7U);
  void* object = reinterpret_cast<void*>(completion.user_data & ~std::uint64_t{7});
  int result = completion.res;
  if (target == uring_target::received && (completion.flags & IORING_CQE_F_MORE) != 0) [[likely]] {
    return static_cast<uring_stream*>(object)->received(result, completion.flags);
  }
  if (target != uring_target::nobody && (completion.flags & IORING_CQE_F_MORE) == 0) {
    --core_.in_flight;
  }
  switch (target) {
    case uring_target::nobody:
      return;
    case uring_target::received:
      return static_cast<uring_stream*>(object)->received(result, completion.flags);
    case uring_target::readable:
      return static_cast<uring_stream*>(object)->became_readable(result, completion.flags);
    case uring_target::sent:
      return static_cast<uring_stream*>(object)->sent(result);
    case uring_target::accepted:
      return static_cast<uring_listener*>(object)->accepted(result, completion.flags);
    case uring_target::request: {
      operation& request = *static_cast<operation*>(object);
      answer(core_, request, result);
      return request.completed();
    }
    case uring_target::datagrams: {
      auto& direction = *static_cast<uring_readiness*>(object);
      return direction.of.became_ready(direction, result, completion.flags);
    }
    case uring_target::wake:
      if ((completion.flags & IORING_CQE_F_MORE) == 0 && result != -ECANCELED) listen_for_wakes();
      return;
  }
}

std::expected<socket_ptr, std::error_code> driver_on_uring::listen(const endpoint& local,
                                                                   const listen_options& options) {
  auto made = open_listener(local, options, descriptor_mode::blocking);
  if (!made) return std::unexpected(made.error());
  return socket_ptr(new uring_listener(core_, std::move(*made), options.accepted));
}

std::expected<socket_ptr, std::error_code> driver_on_uring::adopt_listener(
    int descriptor, const stream_options& of_accepted) {
  auto adopted = pirn::adopt_listener(descriptor, of_accepted, descriptor_mode::blocking);
  if (!adopted) return std::unexpected(adopted.error());
  return socket_ptr(new uring_listener(core_, std::move(*adopted), of_accepted));
}

std::expected<socket_ptr, std::error_code> driver_on_uring::adopt_stream(
    int descriptor, const stream_options& options) {
  auto adopted = pirn::adopt_stream(descriptor, options, descriptor_mode::blocking);
  if (!adopted) return std::unexpected(adopted.error());
  const socket_address peer = peer_address(adopted->get());
  return socket_ptr(new uring_stream(core_, std::move(*adopted), peer));
}

std::expected<socket_ptr, std::error_code> driver_on_uring::open_datagrams(
    const endpoint& local, const datagram_options& options) {
  auto made = detail::open_datagrams(local, options);
  if (!made) return std::unexpected(made.error());
  return socket_ptr(new uring_datagrams(core_, std::move(*made)));
}

cancel_answer driver_on_uring::cancel(operation& request) noexcept {
  switch (static_cast<uring_kind>(request.driver_data.state)) {
    case uring_kind::accept: {
      auto& accepting = static_cast<accept_operation&>(request);
      static_cast<uring_listener*>(accepting.listener)->withdraw(accepting);
      return cancel_answer::gone;
    }
    case uring_kind::receive: {
      auto& receiving = static_cast<receive_operation&>(request);
      static_cast<uring_stream*>(receiving.from)->withdraw_receiver();
      return cancel_answer::gone;
    }
    case uring_kind::receive_leased: {
      auto& receiving = static_cast<receive_leased_operation&>(request);
      static_cast<uring_stream*>(receiving.from)->withdraw_receiver();
      return cancel_answer::gone;
    }
    case uring_kind::send: {
      auto& sending = static_cast<send_operation&>(request);
      static_cast<uring_stream*>(sending.to)->cancel_send();
      return cancel_answer::pending;
    }
    case uring_kind::receive_datagrams: {
      auto& receiving = static_cast<receive_datagrams_operation&>(request);
      static_cast<uring_datagrams*>(receiving.from)->withdraw_receiver();
      return cancel_answer::gone;
    }
    case uring_kind::send_datagrams: {
      auto& sending = static_cast<send_datagrams_operation&>(request);
      static_cast<uring_datagrams*>(sending.to)->withdraw_sender();
      return cancel_answer::gone;
    }
    case uring_kind::connect:
    case uring_kind::poll:
    case uring_kind::open:
    case uring_kind::file:
    case uring_kind::stat:
      core_.cancel(&request, uring_target::request);
      return cancel_answer::pending;
  }
  std::unreachable();
}

// The eventfd is never read: each write is told of, whatever its count.
void driver_on_uring::listen_for_wakes() noexcept {
  io_uring_sqe& entry = core_.submit(IORING_OP_POLL_ADD, wake_.get(), this, uring_target::wake);
  entry.len = IORING_POLL_ADD_MULTI;
  entry.poll32_events = POLLIN;
}

void driver_on_uring::wake() noexcept {
  ::eventfd_write(wake_.get(), 1);
}

uring_statistics driver_on_uring::statistics() const noexcept {
  return {.enters = core_.ring.enters(),
          .submissions = core_.submissions,
          .completions = core_.completions,
          .overflows = core_.overflows,
          .to_own_buffers = core_.to_own_buffers,
          .to_ring_buffers = core_.to_ring_buffers,
          .sockets = core_.sockets,
          .in_flight = core_.in_flight,
          .ring_buffers = core_.small.count(),
          .own_buffers = core_.own.lent()};
}

// Closing the ring would end its requests too, but some time later: ports would still be in use.
void driver_on_uring::end_everything() noexcept {
  io_uring_sqe& entry = core_.ring.next_submission();
  entry.opcode = IORING_OP_ASYNC_CANCEL;
  entry.fd = -1;
  entry.cancel_flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
  core_.budget_bytes = poll_budget_bytes;
  for (int rounds = 0; core_.in_flight != 0 && rounds < 1000; ++rounds) {
    core_.ring.enter_and_wait(std::chrono::milliseconds(10));
    take_completions();
  }
  PIRN_ASSERT(core_.sockets == 0, "a socket outlives its driver");
}

}  // namespace

}  // namespace detail

std::expected<std::unique_ptr<uring_driver>, std::error_code> make_uring_driver(
    const uring_options& options) {
  uring_features features = probe_uring();
  if (!features.usable()) return std::unexpected(features.error);
  try {
    return std::make_unique<detail::driver_on_uring>(options, std::move(features));
  } catch (const std::system_error& refused) {
    return std::unexpected(refused.code());
  }
}

}  // namespace pirn
