#include "pirn/net/datagram_transport.hpp"

#include <cerrno>

#include "pirn/core/within.hpp"
#include "pirn/net/error.hpp"
#include "pirn/net/server.hpp"

namespace pirn::net {

namespace {

/// A request that is taken back when it does not end at once.
struct attempt final : send_datagrams_operation {
  void completed() noexcept override {}
};

// Returns: 0, -EAGAIN when the socket takes nothing now, else -errno.
int try_send(udp_socket& from, const outgoing_datagram& one) {
  attempt sending;
  sending.to = &from.raw();
  sending.datagrams = std::span(&one, 1);
  driver& by = loop::current().driver();
  if (by.start(sending) == started::done) return sending.result;
  const cancel_answer answer = by.cancel(sending);
  PIRN_ASSERT(answer == cancel_answer::gone, "a send of datagrams can always be taken back");
  return -EAGAIN;
}

}  // namespace

// ---- sending ----

bool datagram_transport::send(std::span<const std::byte> bytes, const endpoint* peer) {
  if (is_closing()) return false;
  if (waiting_.empty()) {
    const int result = try_send(socket_, {bytes, peer});
    if (result == 0) return true;
    if (result != -EAGAIN) {
      const endpoint to = peer != nullptr ? *peer : socket_.peer();
      errors_.push_back(failure("send to", to.to_string(), result));
      start_flush();
      return true;
    }
  }
  waiting_.push_back({std::vector(bytes.begin(), bytes.end()),
                      peer != nullptr ? std::optional(*peer) : std::nullopt});
  waiting_bytes_ += bytes.size();
  start_flush();
  if (waiting_bytes_ <= high_bytes_) return true;
  if (!writing_paused_ && !std::exchange(pause_coming_, true)) flow_->start(say_pause());
  return false;
}

void datagram_transport::start_flush() {
  if (!std::exchange(flushing_, true)) flow_->start(flush());
}

task<> datagram_transport::flush() {
  while (!waiting_.empty() || !errors_.empty()) {
    const std::vector<std::system_error> failed = std::exchange(errors_, {});
    for (const std::system_error& each : failed) {
      if (state_ == state::broken) co_return;
      call([&](datagram_protocol& told) { told.error_received(each); });
    }
    if (waiting_.empty()) continue;
    const waiting_datagram& first = waiting_.front();
    const outgoing_datagram one{first.bytes, first.peer ? &*first.peer : nullptr};
    try {
      co_await socket_.send_many(std::span(&one, 1));
    } catch (const std::system_error& error) {
      errors_.push_back(error);
    }
    waiting_bytes_ -= first.bytes.size();
    waiting_.pop_front();
    resume_if_drained();
  }
  flushing_ = false;
}

// Called also if some of it has been sent meanwhile: send() has said so.
task<> datagram_transport::say_pause() {
  pause_coming_ = false;
  if (state_ == state::broken) co_return;
  writing_paused_ = true;
  call([](datagram_protocol& told) { told.pause_writing(); });
  resume_if_drained();
}

void datagram_transport::resume_if_drained() {
  if (!writing_paused_ || state_ == state::broken || waiting_bytes_ > low_bytes_) return;
  writing_paused_ = false;
  call([](datagram_protocol& told) { told.resume_writing(); });
}

void datagram_transport::set_write_buffer_limits(write_buffer_limits limits) {
  limits = limits.completed();
  high_bytes_ = *limits.high_bytes;
  low_bytes_ = *limits.low_bytes;
}

// ---- receiving ----

task<> datagram_transport::receive() {
  while (!is_closing()) {
    std::span<const received_datagram> all;
    std::optional<std::system_error> failed;
    try {
      std::span<const received_datagram> arrived = co_await socket_.receive_many();
      all = arrived;
    } catch (const std::system_error& error) {
      failed = error;
    }
    if (failed) call([&](datagram_protocol& told) { told.error_received(*failed); });
    for (const received_datagram& each : all) {
      if (is_closing()) co_return;
      call([&](datagram_protocol& told) { told.datagram_received(each.bytes, *each.peer); });
    }
  }
}

// ---- its end ----

void datagram_transport::close() noexcept {
  if (is_closing()) return;
  state_ = state::closing;
  if (receiving_ != nullptr) receiving_->cancel();
}

void datagram_transport::abort() noexcept {
  break_off(nullptr);
}

void datagram_transport::break_off(std::exception_ptr error) noexcept {
  if (state_ == state::broken || state_ == state::lost) return;
  state_ = state::broken;
  failure_ = std::move(error);
  flow_->cancel();
}

namespace detail {

/// Makes a transport, and is its task from connection_made() to connection_lost().
class datagram_runner {
 public:
  static std::shared_ptr<datagram_transport> make(udp_socket bound,
                                                  std::shared_ptr<datagram_protocol> told) {
    PIRN_ASSERT(told != nullptr, "a socket has a protocol");
    return std::make_shared<datagram_transport>(datagram_transport::passkey{}, std::move(bound),
                                                std::move(told));
  }

  static event_wait wait_made(datagram_transport& running) noexcept { return running.made_.wait(); }

  static task<> run(std::shared_ptr<datagram_transport> running) {
    datagram_transport& self = *running;
    task_record& me = co_await this_task_record{};
    task_group flow(me);
    cancel_scope receiving;
    self.flow_ = &flow;
    self.receiving_ = &receiving;
    self.call([&](datagram_protocol& told) { told.connection_made(self); });
    self.made_.set();
    std::exception_ptr error;
    try {
      if (!self.is_closing()) co_await within(receiving, self.receive());
    } catch (...) {
      error = std::current_exception();
    }
    self.receiving_ = nullptr;
    try {
      co_await flow.join_first(error);  // what waits is sent, unless it was broken off
      error = nullptr;
    } catch (...) {
      error = std::current_exception();
    }
    finish(self, self.failure_ ? self.failure_ : error);
  }

 private:
  static void finish(datagram_transport& ended, const std::exception_ptr& error) {
    ended.state_ = datagram_transport::state::lost;
    const std::shared_ptr<datagram_protocol> told = std::exchange(ended.protocol_, nullptr);
    std::exception_ptr last;
    try {
      told->connection_lost(error);
    } catch (...) {
      last = std::current_exception();
    }
    ended.waiting_ = {};
    ended.waiting_bytes_ = 0;
    ended.socket_.close();
    ended.lost_.set();
    if (error && last) throw exception_group({error, last});
    if (last) std::rethrow_exception(last);
    if (error) std::rethrow_exception(error);
  }
};

task<std::shared_ptr<datagram_transport>> start_datagrams(task_group& group, udp_socket bound,
                                                          std::shared_ptr<datagram_protocol> told) {
  std::shared_ptr<datagram_transport> running =
      datagram_runner::make(std::move(bound), std::move(told));
  group.start(datagram_runner::run(running));
  event_wait made = datagram_runner::wait_made(*running);
  co_await shield(made);  // a turn: no one is left with a socket that nobody knows
  co_return running;
}

}  // namespace detail
}  // namespace pirn::net
