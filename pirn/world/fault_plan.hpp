// fault_plan: what goes wrong in a world, and when, as data: to print, to keep, to cut down.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/base/time.hpp"
#include "pirn/sim/line.hpp"

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

/// As a plan's text calls it: "one-way-partition".
std::string_view name_of(fault_kind kind) noexcept;
/// Whether it is of a way, not of a host.
bool is_of_way(fault_kind kind) noexcept;

/// One thing that goes wrong, and is mended after a while.
struct fault {
  duration after{};  ///< since the nemesis began
  duration lasts{};
  fault_kind kind = fault_kind::partition;
  std::string one;    ///< a host's name
  std::string other;  ///< another's, of a way
  // What only one kind has.
  sim::link_options way{};
  duration disk_delay{};
  double disk_failure = 0;  ///< a chance, from 0 to 1
  duration ahead{};
  std::int32_t drift_ppm = 0;

  duration end() const noexcept { return after + lasts; }
  /// What its kind does not have does not count.
  friend bool operator==(const fault& one, const fault& other);
};

/// Whether both cannot be at one time, the mending of one being that of the other: both cut the
/// same two hosts apart, stop the same host.
bool exclude_each_other(const fault& one, const fault& other) noexcept;

/// In a reader's words: "partition of a and b".
std::string describe(const fault& what);

/// What a nemesis does.
struct fault_plan {
  std::vector<fault> faults;  ///< in the order in which they begin

  /// Puts them in order; those of one moment stay as they are.
  void sort();
  friend bool operator==(const fault_plan&, const fault_plan&) = default;
};

/// One line, without its end, that `parse_fault_plan` reads back exactly:
/// `12.5s for 1.25s: slow-disk server delay 0.3s`. Names that are not plain words are quoted.
std::string to_string(const fault& one);
/// A line each.
std::string to_string(const fault_plan& all);

/// Reads a plan from its text. Empty lines, and what stands behind a `#`, are passed over; the
/// order of lines is free.
/// Throws: std::invalid_argument that names the line and what is wrong with it.
fault_plan parse_fault_plan(std::string_view text);

}  // namespace pirn
