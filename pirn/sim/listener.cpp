#include "pirn/sim/listener.hpp"

#include <algorithm>
#include <cerrno>

#include "pirn/base/assert.hpp"
#include "pirn/sim/connection.hpp"
#include "pirn/sim/host.hpp"

namespace pirn::sim {

// Linux keeps one connection more than the backlog says.
listener::listener(host& home, const listen_options& options) noexcept
    : home_(home),
      accepted_(options.accepted),
      backlog_max_(static_cast<std::size_t>(std::max(options.backlog, 0)) + 1) {}

int listener::shut_down_sending() noexcept {
  return -ENOTCONN;
}

started listener::start(accept_operation& request) {
  if (request.mode == accept_mode::taken) {  // what is ready is the system's
    request.result = -EAGAIN;
    return started::done;
  }
  if (!ready_.empty()) {
    hand_over(ready_.pop_front(), request);
    request.result = 0;
    return started::done;
  }
  home_.ledger().take(request, request_kind::accept);
  waiting_.push_back(request);
  return started::pending;
}

void listener::handshake_began(stream_socket& end) noexcept {
  ++backlog_size_;
  end.set_backlog(this);
  end.set_held(true);
  opening_.push_back(end);
}

void listener::handshake_failed(stream_socket& end) noexcept {
  --backlog_size_;
  end.set_backlog(nullptr);
  end.set_held(false);
  opening_.remove(end);
}

void listener::handshake_ended(stream_socket& end) {
  opening_.remove(end);
  if (waiting_.empty()) {
    ready_.push_back(end);
    return;
  }
  auto& request = static_cast<accept_operation&>(waiting_.pop_front());
  hand_over(end, request);
  home_.ledger().complete(request, 0);
}

void listener::hand_over(stream_socket& end, accept_operation& request) noexcept {
  --backlog_size_;
  end.set_backlog(nullptr);
  request.accepted.reset(&end);
  request.peer = end.peer();
}

void listener::vanish() noexcept {
  const auto forget = [](intrusive_list<stream_socket>& ends) {
    while (!ends.empty()) {
      stream_socket& end = ends.pop_front();
      end.set_backlog(nullptr);
      end.set_held(false);
    }
  };
  forget(opening_);
  forget(ready_);
  backlog_size_ = 0;
}

// Those who wait to be accepted are reset; a handshake that is under way finds out at its end.
void listener::release() noexcept {
  PIRN_ASSERT(waiting_.empty(), "a listener is closed after its requests have ended");
  while (!opening_.empty()) {
    stream_socket& end = opening_.pop_front();
    end.set_backlog(nullptr);
    end.set_held(false);
  }
  while (!ready_.empty()) {
    stream_socket& end = ready_.pop_front();
    end.set_backlog(nullptr);
    end.reset_on_close();
    end.release();
  }
  home_.forget(*this);
}

}  // namespace pirn::sim
