#include "pirn/testing/faulty_driver.hpp"

#include <cstdint>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::testing {

class faulty_driver::faulty_socket final : public socket {
 public:
  faulty_socket(faulty_driver& owner, socket_ptr inner) noexcept
      : owner_(owner), inner_(std::move(inner)) {}

  endpoint local() const noexcept override { return inner_->local(); }
  endpoint peer() const noexcept override { return inner_->peer(); }
  std::ptrdiff_t send_at_once(std::span<const std::byte> bytes) noexcept override {
    return owner_.fails("send") ? -owner_.fault_.error : inner_->send_at_once(bytes);
  }
  duration sending_stalled_for() const noexcept override { return inner_->sending_stalled_for(); }
  std::size_t unsent_bytes() const noexcept override { return inner_->unsent_bytes(); }
  int shut_down_sending() noexcept override {
    return owner_.fails("shut down") ? -owner_.fault_.error : inner_->shut_down_sending();
  }
  void reset_on_close() noexcept override { inner_->reset_on_close(); }
  int connect(const endpoint& to) noexcept override {
    return owner_.fails("connect") ? -owner_.fault_.error : inner_->connect(to);
  }
  int set(datagram_setting what, int value) noexcept override {
    return owner_.fails("set") ? -owner_.fault_.error : inner_->set(what, value);
  }
  int change(membership how, const endpoint& group, unsigned interface_index) noexcept override {
    return owner_.fails("change") ? -owner_.fault_.error
                                  : inner_->change(how, group, interface_index);
  }
  int native_handle() const noexcept override { return inner_->native_handle(); }

  static socket* unwrap(socket* maybe) noexcept {
    auto* ours = dynamic_cast<faulty_socket*>(maybe);
    return ours != nullptr ? ours->inner_.get() : maybe;
  }

 private:
  void release() noexcept override { delete this; }

  faulty_driver& owner_;
  socket_ptr inner_;
};

/// A request that stands for another one, whose socket is to be wrapped when it is made.
class faulty_driver::relayed {
 public:
  virtual ~relayed() = default;
  virtual operation& request() noexcept = 0;
};

template <class Request>
class faulty_driver::relay final : public relayed, private Request {
 public:
  relay(faulty_driver& owner, Request& original) : owner_(owner), original_(original) {
    if constexpr (std::is_same_v<Request, accept_operation>) {
      this->listener = faulty_socket::unwrap(original.listener);
      this->mode = original.mode;
    } else {
      this->remote = original.remote;
      this->options = original.options;
    }
  }

  Request& started_instead() noexcept { return *this; }
  operation& request() noexcept override { return *this; }

  void hand_over() {
    original_.result = this->result;
    if constexpr (std::is_same_v<Request, accept_operation>) {
      original_.peer = this->peer;
      if (this->accepted) original_.accepted = owner_.wrap(std::move(this->accepted));
    } else {
      if (this->connected) original_.connected = owner_.wrap(std::move(this->connected));
    }
  }

 private:
  void completed() noexcept override {
    hand_over();
    const auto self = owner_.relays_.extract(&original_);  // until the end of this call
    original_.completed();
  }

  faulty_driver& owner_;
  Request& original_;
};

faulty_driver::faulty_driver(driver& inner, fault what)
    : inner_(inner), fault_(what), polls_max_(SIZE_MAX) {}
faulty_driver::~faulty_driver() {
  PIRN_ASSERT(relays_.empty(), "a request outlives its driver");
}

bool faulty_driver::fails(std::string_view what) noexcept {
  if (++calls_ != fault_.call) return false;
  failed_ = what;
  return true;
}

socket_ptr faulty_driver::wrap(socket_ptr made) {
  return socket_ptr(new faulty_socket(*this, std::move(made)));
}

time_point faulty_driver::poll(time_point until) {
  ++polls_;
  PIRN_ASSERT(polls_ <= polls_max_, "a program does not spin when a call fails");
  return inner_.poll(until);
}

template <class Make>
std::expected<socket_ptr, std::error_code> faulty_driver::make(std::string_view what,
                                                               Make made_by) {
  if (fails(what)) {
    return std::unexpected(std::error_code(fault_.error, std::generic_category()));
  }
  std::expected<socket_ptr, std::error_code> made = made_by();
  if (made) *made = wrap(std::move(*made));
  return made;
}

std::expected<socket_ptr, std::error_code> faulty_driver::listen(const endpoint& local,
                                                                 const listen_options& options) {
  return make("listen", [&] { return inner_.listen(local, options); });
}

std::expected<socket_ptr, std::error_code> faulty_driver::adopt_listener(
    int descriptor, const stream_options& of_accepted) {
  return make("listen", [&] { return inner_.adopt_listener(descriptor, of_accepted); });
}

std::expected<socket_ptr, std::error_code> faulty_driver::adopt_stream(
    int descriptor, const stream_options& options) {
  return make("adopt", [&] { return inner_.adopt_stream(descriptor, options); });
}

std::expected<socket_ptr, std::error_code> faulty_driver::open_datagrams(
    const endpoint& local, const datagram_options& options) {
  return make("open", [&] { return inner_.open_datagrams(local, options); });
}

template <class Request>
started faulty_driver::pass_on(Request& request, std::string_view what) {
  if (!fails(what)) return inner_.start(request);
  request.result = -fault_.error;
  return started::done;
}

template <class Request>
started faulty_driver::pass_on(Request& request, socket* Request::* field, std::string_view what) {
  request.*field = faulty_socket::unwrap(request.*field);
  return pass_on(request, what);
}

template <class Request>
started faulty_driver::pass_through_relay(Request& request, std::string_view what) {
  if (fails(what)) {
    request.result = -fault_.error;
    return started::done;
  }
  auto made = std::make_unique<relay<Request>>(*this, request);
  relay<Request>& instead = *made;
  relays_.emplace(&request, std::move(made));
  if (inner_.start(instead.started_instead()) == started::pending) return started::pending;
  instead.hand_over();
  relays_.erase(&request);
  return started::done;
}

started faulty_driver::start(accept_operation& request) {
  return pass_through_relay(request, "accept");
}
started faulty_driver::start(connect_operation& request) {
  return pass_through_relay(request, "connect");
}
started faulty_driver::start(receive_operation& request) {
  return pass_on(request, &receive_operation::from, "receive");
}
started faulty_driver::start(receive_leased_operation& request) {
  return pass_on(request, &receive_leased_operation::from, "receive");
}
started faulty_driver::start(send_operation& request) {
  return pass_on(request, &send_operation::to, "send");
}
started faulty_driver::start(receive_datagrams_operation& request) {
  return pass_on(request, &receive_datagrams_operation::from, "receive datagrams");
}
started faulty_driver::start(send_datagrams_operation& request) {
  return pass_on(request, &send_datagrams_operation::to, "send datagrams");
}
started faulty_driver::start(poll_operation& request) {
  return pass_on(request, "poll");
}
started faulty_driver::start(open_operation& request) {
  return pass_on(request, "open");
}
started faulty_driver::start(read_operation& request) {
  return pass_on(request, "read");
}
started faulty_driver::start(write_operation& request) {
  return pass_on(request, "write");
}
started faulty_driver::start(fsync_operation& request) {
  return pass_on(request, "sync");
}
started faulty_driver::start(close_operation& request) {
  const std::size_t call = calls_ + 1;
  if (call == fault_.call) inner_.drop(request.file);
  return pass_on(request, "close");
}
started faulty_driver::start(rename_operation& request) {
  return pass_on(request, "rename");
}
started faulty_driver::start(unlink_operation& request) {
  return pass_on(request, "unlink");
}
started faulty_driver::start(make_directory_operation& request) {
  return pass_on(request, "make directory");
}
started faulty_driver::start(stat_operation& request) {
  return pass_on(request, "stat");
}

cancel_answer faulty_driver::cancel(operation& request) noexcept {
  const auto found = relays_.find(&request);
  if (found == relays_.end()) return inner_.cancel(request);
  const cancel_answer answer = inner_.cancel(found->second->request());
  if (answer == cancel_answer::gone) relays_.erase(found);
  return answer;
}

}  // namespace pirn::testing
