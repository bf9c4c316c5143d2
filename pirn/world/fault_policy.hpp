// fault_policy: what may go wrong in a world, how often, and what must not at one time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "pirn/base/random.hpp"
#include "pirn/world/fault_plan.hpp"

namespace pirn {

/// Hosts of which only so many may be out at one time: down, paused, with a full or failing disk,
/// or cut off from another of them. So two of three with `out_max` 1 are always up and hear each
/// other, and with 0 none is touched. (Slow disks, bad ways and clocks put nobody out.)
struct fault_group {
  std::span<const std::string_view> hosts;
  unsigned out_max = 1;
};

/// What may go wrong, how often, and for how long. A weight says how often a kind is drawn beside
/// the others; at 0 it never is.
///
/// Lifetime: what the groups lie in lives until the plan is drawn, which a nemesis does when it is
///           made.
struct fault_policy {
  duration active_for = std::chrono::seconds(60);  ///< after that all is mended: quiet
  duration gap_max = std::chrono::seconds(1);      ///< between two faults
  duration lasts_max = std::chrono::seconds(5);    ///< each fault
  unsigned partitions = 2;                         ///< two hosts apart
  unsigned one_way_partitions = 1;                 ///< one does not get through to another
  unsigned clogs = 2;                              ///< nothing moves between two
  unsigned swizzles = 1;    ///< all of a host's ways clogged, opened again in another order
  unsigned bad_ways = 2;    ///< a way is slow, loses, doubles and turns around
  unsigned pauses = 1;      ///< a host stands still
  unsigned crashes = 1;     ///< a host crashes and is restarted; of those with a boot program
  unsigned slow_disks = 1;  ///< requests to a host's files take up to `disk_delay_max`
  // Not every program is written for these.
  unsigned full_disks = 0;     ///< a host's files do not grow
  unsigned failing_disks = 0;  ///< requests to a host's files fail now and then
  unsigned clock_jumps = 0;    ///< a host's clock goes ahead by up to `clock_jump_max`
  unsigned drifts = 0;         ///< a host's clock is fast or slow by up to `drift_max_ppm`
  unsigned down_max = 1;       ///< so many hosts may be down at a time
  std::span<const fault_group> groups{};  ///< who may be out together
  duration disk_delay_max = std::chrono::milliseconds(500);
  double disk_failure = 0.1;  ///< the chance that a request to a failing disk fails
  duration clock_jump_max = std::chrono::seconds(2);
  std::int32_t drift_max_ppm = 50'000;
  /// What a bad way is like.
  sim::link_options bad_way{.latency = std::chrono::milliseconds(20),
                            .jitter = std::chrono::milliseconds(50),
                            .tail = std::chrono::milliseconds(5),
                            .loss = 0.1,
                            .duplication = 0.1,
                            .reordering = 0.2};
};
static_assert(std::is_trivially_copyable_v<fault_policy>);

/// Draws all that goes wrong between these hosts, from the first fault to the last.
/// Requires: two hosts at least.
/// Throws:   std::invalid_argument for a group with a host that there is not; for what can be no
///           plan: an `active_for` without an end, or of so many gaps that there would be millions
///           of faults; lengths below zero, chances above 1.
/// Cost:     a plan has some two faults for each `gap_max`.
fault_plan draw_faults(const fault_policy& policy, std::span<const std::string> hosts,
                       random_source lots);

}  // namespace pirn
