// fault_kind: what can go wrong in a world, and what is to be known of each kind.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pirn {

enum class fault_kind : std::uint8_t {
  partition,          ///< `one` and `other` are apart
  one_way_partition,  ///< `one` does not get through to `other`
  clog,               ///< nothing moves between the two, and nothing is lost
  bad_way,            ///< the way between the two is like `way`
  pause,              ///< `one` stands still
  crash,              ///< `one` crashes, and is restarted
  slow_disk,          ///< requests to files of `one` take `disk_delay`
  full_disk,          ///< the files of `one` do not grow: ENOSPC
  failing_disk,       ///< reads, writes and syncs on `one` fail by chance, with EIO: `disk_failure`
  clock_jump,         ///< the clock of `one` is `ahead` by so much more; nothing mends that
  drift,              ///< the clock of `one` gains `drift_ppm` microseconds a second
};

namespace detail {

struct fault_kind_facts {
  fault_kind kind;
  std::string_view name;     // in a plan's text
  std::string_view words;    // a reader's, with the hosts' names
  bool is_of_way = false;    // not of one host
  bool puts_out = false;     // a host, or one of a way's two
  fault_kind concern{kind};  // who cannot be at one time with it: those of the same
};

/// All kinds, in the order of their values.
inline constexpr std::array fault_kinds{
    fault_kind_facts{.kind = fault_kind::partition,
                     .name = "partition",
                     .words = "partition of {} and {}",
                     .is_of_way = true,
                     .puts_out = true},
    fault_kind_facts{.kind = fault_kind::one_way_partition,
                     .name = "one-way-partition",
                     .words = "partition from {} to {}",
                     .is_of_way = true,
                     .puts_out = true,
                     .concern = fault_kind::partition},
    fault_kind_facts{.kind = fault_kind::clog,
                     .name = "clog",
                     .words = "clog between {} and {}",
                     .is_of_way = true,
                     .puts_out = true},
    fault_kind_facts{.kind = fault_kind::bad_way,
                     .name = "bad-way",
                     .words = "bad way between {} and {}",
                     .is_of_way = true},
    fault_kind_facts{.kind = fault_kind::pause,
                     .name = "pause",
                     .words = "pause of {}",
                     .puts_out = true,
                     .concern = fault_kind::crash},  // a crash ends the pause
    fault_kind_facts{
        .kind = fault_kind::crash, .name = "crash", .words = "crash of {}", .puts_out = true},
    fault_kind_facts{
        .kind = fault_kind::slow_disk, .name = "slow-disk", .words = "slow disk of {}"},
    fault_kind_facts{.kind = fault_kind::full_disk,
                     .name = "full-disk",
                     .words = "full disk of {}",
                     .puts_out = true},
    fault_kind_facts{.kind = fault_kind::failing_disk,
                     .name = "failing-disk",
                     .words = "failing disk of {}",
                     .puts_out = true},
    fault_kind_facts{
        .kind = fault_kind::clock_jump, .name = "clock-jump", .words = "jump of the clock of {}"},
    fault_kind_facts{
        .kind = fault_kind::drift, .name = "drift", .words = "drift of the clock of {}"},
};

constexpr const fault_kind_facts& facts_of(fault_kind kind) noexcept {
  return fault_kinds[static_cast<std::size_t>(kind)];
}
static_assert([] {
  for (const fault_kind_facts& each : fault_kinds) {
    if (&facts_of(each.kind) != &each) return false;
  }
  return true;
}());

}  // namespace detail

/// As a plan's text calls it: "one-way-partition".
constexpr std::string_view name_of(fault_kind kind) noexcept {
  return detail::facts_of(kind).name;
}
/// Whether it is of a way, not of a host.
constexpr bool is_of_way(fault_kind kind) noexcept {
  return detail::facts_of(kind).is_of_way;
}
/// Whether it puts a host out: down, paused, with a disk that does not do, or apart from another.
constexpr bool puts_out(fault_kind kind) noexcept {
  return detail::facts_of(kind).puts_out;
}

}  // namespace pirn
