#include "pirn/sim/host_driver.hpp"

#include <cerrno>

#include "pirn/base/assert.hpp"
#include "pirn/sim/network.hpp"

namespace pirn::sim {

namespace {

stream_socket& stream(socket* of) noexcept {
  return *static_cast<stream_socket*>(of);
}
datagram_socket& datagrams(socket* of) noexcept {
  return *static_cast<datagram_socket*>(of);
}
listener& listening(socket* at) noexcept {
  return *static_cast<listener*>(at);
}

}  // namespace

host_driver::host_driver(host& home, const file_options& files)
    : home_(home),
      files_({home.net().events(), home.net().decisions(), home.ledger()}, files.files,
             files.delay) {}

host_driver::~host_driver() {
  PIRN_ASSERT(home_.ledger().outstanding() == 0, "a driver ends after its requests");
}

std::expected<socket_ptr, std::error_code> host_driver::listen(const endpoint& local,
                                                               const listen_options& options) {
  return home_.listen(local, options);
}

std::expected<socket_ptr, std::error_code> host_driver::open_datagrams(
    const endpoint& local, const datagram_options& options) {
  return home_.datagrams().open(local, options);
}

started host_driver::start(accept_operation& request) {
  return listening(request.listener).start(request);
}
started host_driver::start(connect_operation& request) {
  return home_.start(request);
}
started host_driver::start(receive_operation& request) {
  return stream(request.from).start(request);
}
started host_driver::start(receive_leased_operation& request) {
  return stream(request.from).start(request);
}
started host_driver::start(send_operation& request) {
  return stream(request.to).start(request);
}

started host_driver::start(receive_datagrams_operation& request) {
  return datagrams(request.from).start(request);
}
started host_driver::start(send_datagrams_operation& request) {
  return datagrams(request.to).start(request);
}

started host_driver::start(poll_operation& request) {
  request.result = -ENOTSUP;
  return started::done;
}

// What a host without power still writes does not reach its disk.
template <class Operation>
started host_driver::start_file(Operation& request) {
  if (home_.is_up()) return files_.start(request);
  request.result = -EIO;
  return started::done;
}

started host_driver::start(open_operation& request) {
  return start_file(request);
}
started host_driver::start(read_operation& request) {
  return start_file(request);
}
started host_driver::start(write_operation& request) {
  return start_file(request);
}
started host_driver::start(fsync_operation& request) {
  return start_file(request);
}
started host_driver::start(close_operation& request) {
  return start_file(request);
}
started host_driver::start(rename_operation& request) {
  return start_file(request);
}
started host_driver::start(unlink_operation& request) {
  return start_file(request);
}
started host_driver::start(make_directory_operation& request) {
  return start_file(request);
}
started host_driver::start(stat_operation& request) {
  return start_file(request);
}

cancel_answer host_driver::cancel(operation& request) noexcept {
  switch (request_ledger::kind_of(request)) {
    case request_kind::none:
      PIRN_ASSERT(false, "only a pending request can be cancelled");
      break;
    case request_kind::accept: {
      auto& accept = static_cast<accept_operation&>(request);
      listening(accept.listener).withdraw(accept);
      break;
    }
    case request_kind::connect:
      home_.withdraw(static_cast<connect_operation&>(request));
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
  home_.ledger().withdraw(request);
  return cancel_answer::gone;
}

}  // namespace pirn::sim
