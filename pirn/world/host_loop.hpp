// host_loop: what a host has from its start to its end: a loop, and a driver that moves no clock.
#pragma once

#include <cstdint>
#include <optional>

#include "pirn/core/loop.hpp"
#include "pirn/run/virtual_blocking.hpp"
#include "pirn/sim/host_driver.hpp"
#include "pirn/world/host_clock.hpp"

namespace pirn::detail {

/// How the loops of a world go about it.
struct host_loop_options {
  file_system* files = nullptr;
  duration file_delay{};
  duration blocking_delay{};
  std::optional<std::uint64_t> shuffle_seed{};
};

/// The driver of a host in a world. The world lets events happen and moves the clock; this one
/// shows it.
class world_driver final : public sim::host_driver {
 public:
  world_driver(sim::host& home, const host_clock& clock, const host_loop_options& options);

  std::string_view name() const noexcept override { return "world"; }
  time_point now() noexcept override;
  time_point poll(time_point) override { return now(); }
  bool may_complete(std::size_t) const noexcept override { return true; }
  void wake() noexcept override {}

 private:
  const host_clock& clock_;
};

/// A loop with all that it needs, from a host's start to its crash.
class host_loop {
 public:
  host_loop(sim::host& home, const host_clock& clock, const host_loop_options& options);
  host_loop(host_loop&&) = delete;  // the loop points at the driver
  ~host_loop();

  pirn::loop& loop() noexcept { return loop_; }
  world_driver& driver() noexcept { return driver_; }

  /// Ends all tasks, whatever they are at.
  /// Requires: the host is down.
  void end_tasks() noexcept;

 private:
  world_driver driver_;
  virtual_blocking blocking_;
  pirn::loop loop_;
};

}  // namespace pirn::detail
