// virtual_driver: a driver without a kernel: time that jumps, and a simulated network.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include "pirn/core/driver.hpp"
#include "pirn/core/file_system.hpp"
#include "pirn/sim/decision_log.hpp"
#include "pirn/sim/event_queue.hpp"
#include "pirn/sim/host.hpp"
#include "pirn/sim/host_driver.hpp"
#include "pirn/sim/network.hpp"

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

namespace detail {

/// A network of one host, which has every address.
struct lone_host {
  explicit lone_host(const virtual_options& options)
      : events(options.start_time),
        net({events, decisions}, options.network, random_source(options.seed)),
        machine(net, {.name = "localhost",
                      .addresses = {},
                      .loopback = options.network.way,
                      .local_way = options.network.local_way}) {}

  sim::event_queue events;
  sim::decision_log decisions;
  sim::network net;
  sim::host machine;
};

}  // namespace detail

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
class virtual_driver final : private detail::lone_host, public sim::host_driver {
 public:
  explicit virtual_driver(const virtual_options& options = {});

  std::string_view name() const noexcept override { return "virtual"; }
  time_point now() noexcept override { return events.now(); }

  time_point poll(time_point until) override;
  bool may_complete(std::size_t foreground_requests) const noexcept override;
  void wake() noexcept override { woken_.store(true); }

  /// Sums up every event so far; equal in two runs that went the same way.
  std::uint64_t decision_hash() const noexcept { return decisions.hash(); }
  std::uint64_t decision_count() const noexcept { return decisions.count(); }
  /// Events that are to come.
  std::size_t event_count() const noexcept { return events.size(); }
  /// The moment of the first of them; `never` when there is none.
  time_point next_event() noexcept { return events.next(); }
  sim::network::statistics network_statistics() const noexcept { return net.count(); }

 private:
  [[gnu::noinline]] void let_happen(time_point until);
  bool is_called() noexcept;

  std::atomic<bool> woken_{false};
};

}  // namespace pirn
