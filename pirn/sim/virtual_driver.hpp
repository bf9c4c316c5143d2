// virtual_driver: a driver without a kernel: time that jumps, and a simulated network.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include "pirn/core/driver.hpp"
#include "pirn/core/file_system.hpp"
#include "pirn/sim/decision_log.hpp"
#include "pirn/sim/event_queue.hpp"
#include "pirn/sim/file_desk.hpp"
#include "pirn/sim/network.hpp"
#include "pirn/sim/request_ledger.hpp"

namespace pirn {

/// The world of a virtual loop.
struct virtual_options {
  std::uint64_t seed = 0;   ///< of everything that is left to chance
  time_point start_time{};  ///< what the clock shows at first
  sim::network_options network{};
  file_system* files = nullptr;  ///< who carries out file requests; null: they end with -ENOSYS
  duration file_delay{};         ///< how long each takes
};
static_assert(std::is_trivially_copyable_v<virtual_options>);

/// Virtual time and simulated sockets behind the driver interface. When nothing is due, `poll`
/// moves the clock to the next event, so that a program of hours runs in the time of its computing.
/// Equal seeds and equal programs give equal runs: events happen in (time, sequence) order and
/// nothing depends on addresses or on the real clock.
///
/// A thread outside cannot act at a moment of virtual time: work on other threads that a virtual
/// loop waits for is an error, which the loop reports. `wake()` is there for a loop's own posts and
/// for ending it from a debugger's or a signal's side.
///
/// Throws:   std::bad_alloc from listen() and start(); running out of memory within poll() ends the
///           program.
/// Lifetime: ends after its sockets, requests and leases (asserted).
class virtual_driver final : public driver {
 public:
  explicit virtual_driver(const virtual_options& options = {});
  ~virtual_driver() override;

  std::string_view name() const noexcept override { return "virtual"; }
  bool is_virtual() const noexcept override { return true; }
  time_point now() noexcept override { return events_.now(); }

  void poll(time_point until) override;
  bool may_complete(std::size_t foreground_requests) const noexcept override;
  void wake() noexcept override { woken_.store(true); }

  std::expected<socket_ptr, std::error_code> listen(const endpoint& local,
                                                    const listen_options& options) override;
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

  void drop(file_id file) noexcept override { files_.drop(file); }

  /// Always `gone`. A send's `sent_bytes` says how much the send buffer had taken, and that much
  /// still arrives.
  cancel_answer cancel(operation& request) noexcept override;

  /// Sums up every event so far; equal in two runs that went the same way.
  std::uint64_t decision_hash() const noexcept { return decisions_.hash(); }
  std::uint64_t decision_count() const noexcept { return decisions_.count(); }
  /// Events that are to come.
  std::size_t event_count() const noexcept { return events_.size(); }
  sim::network::statistics network_statistics() const noexcept { return network_.count(); }

 private:
  sim::event_queue events_;
  sim::decision_log decisions_;
  sim::request_ledger ledger_;
  sim::network network_;
  sim::file_desk files_;
  std::atomic<bool> woken_{false};
};

}  // namespace pirn
