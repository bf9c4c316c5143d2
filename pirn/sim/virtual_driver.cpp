#include "pirn/sim/virtual_driver.hpp"

#include <algorithm>
#include <cerrno>

#include "pirn/base/assert.hpp"
#include "pirn/base/random.hpp"

namespace pirn {

namespace {

sim::stream_socket& stream(socket* of) noexcept {
  return *static_cast<sim::stream_socket*>(of);
}
sim::datagram_socket& datagrams(socket* of) noexcept {
  return *static_cast<sim::datagram_socket*>(of);
}
sim::listener& listening(socket* at) noexcept {
  return *static_cast<sim::listener*>(at);
}

}  // namespace

virtual_driver::virtual_driver(const virtual_options& options)
    : events_(options.start_time),
      network_({events_, decisions_, ledger_}, options.network, random_source(options.seed)),
      files_({events_, decisions_, ledger_}, options.files, options.file_delay) {}

virtual_driver::~virtual_driver() {
  PIRN_ASSERT(ledger_.outstanding() == 0, "a driver ends after its requests");
}

void virtual_driver::poll(time_point until) {
  const std::uint64_t completions = ledger_.completions();
  events_.happen();
  while (ledger_.completions() == completions) {
    const time_point next = std::min(events_.next(), until);
    if (next <= events_.now() || next == never) return;
    if (woken_.exchange(false) || (inbox_ != nullptr && inbox_->has_mail())) return;
    events_.jump(next);
    events_.happen();
  }
}

bool virtual_driver::may_complete(std::size_t foreground_requests) const noexcept {
  return foreground_requests > 0 && events_.next() != never;
}

std::expected<socket_ptr, std::error_code> virtual_driver::listen(const endpoint& local,
                                                                  const listen_options& options) {
  return network_.listen(local, options);
}

std::expected<socket_ptr, std::error_code> virtual_driver::open_datagrams(
    const endpoint& local, const datagram_options& options) {
  return network_.datagrams().open(local, options);
}

started virtual_driver::start(accept_operation& request) {
  return listening(request.listener).start(request);
}
started virtual_driver::start(connect_operation& request) {
  return network_.start(request);
}
started virtual_driver::start(receive_operation& request) {
  return stream(request.from).start(request);
}
started virtual_driver::start(receive_leased_operation& request) {
  return stream(request.from).start(request);
}
started virtual_driver::start(send_operation& request) {
  return stream(request.to).start(request);
}

started virtual_driver::start(receive_datagrams_operation& request) {
  return datagrams(request.from).start(request);
}
started virtual_driver::start(send_datagrams_operation& request) {
  return datagrams(request.to).start(request);
}

started virtual_driver::start(poll_operation& request) {
  request.result = -ENOTSUP;
  return started::done;
}

started virtual_driver::start(open_operation& request) {
  return files_.start(request);
}
started virtual_driver::start(read_operation& request) {
  return files_.start(request);
}
started virtual_driver::start(write_operation& request) {
  return files_.start(request);
}
started virtual_driver::start(fsync_operation& request) {
  return files_.start(request);
}
started virtual_driver::start(close_operation& request) {
  return files_.start(request);
}
started virtual_driver::start(rename_operation& request) {
  return files_.start(request);
}
started virtual_driver::start(unlink_operation& request) {
  return files_.start(request);
}
started virtual_driver::start(make_directory_operation& request) {
  return files_.start(request);
}
started virtual_driver::start(stat_operation& request) {
  return files_.start(request);
}

cancel_answer virtual_driver::cancel(operation& request) noexcept {
  using sim::request_kind;
  switch (sim::request_ledger::kind_of(request)) {
    case request_kind::none:
      PIRN_ASSERT(false, "only a pending request can be cancelled");
      break;
    case request_kind::accept: {
      auto& accept = static_cast<accept_operation&>(request);
      listening(accept.listener).withdraw(accept);
      break;
    }
    case request_kind::connect:
      network_.withdraw(static_cast<connect_operation&>(request));
      break;
    case request_kind::receive:
      stream(static_cast<receive_operation&>(request).from).withdraw_receive();
      break;
    case request_kind::receive_leased:
      stream(static_cast<receive_leased_operation&>(request).from).withdraw_receive();
      break;
    case request_kind::send:
      stream(static_cast<send_operation&>(request).to).sender().withdraw();
      break;
    case request_kind::receive_datagrams:
      datagrams(static_cast<receive_datagrams_operation&>(request).from).withdraw_receive();
      break;
    case request_kind::file:
      files_.withdraw(request);
      break;
  }
  ledger_.withdraw(request);
  return cancel_answer::gone;
}

}  // namespace pirn
