// fault_plan: what goes wrong in a world, and when, as data: to print, to keep, to cut down.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/base/time.hpp"
#include "pirn/sim/line.hpp"
#include "pirn/world/fault_kind.hpp"

namespace pirn {

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
  static constexpr std::int32_t drift_end_ppm = 1'000'000;  ///< slower or faster no clock is

  /// `forever` where the sum would be longer.
  duration end() const noexcept { return lasts > forever - after ? forever : after + lasts; }
  /// What its kind does not have does not count.
  friend bool operator==(const fault& one, const fault& other);
};

/// Whether both cannot be at one time, the mending of one being that of the other: both cut the
/// same two hosts apart, stop the same host.
bool exclude_each_other(const fault& one, const fault& other) noexcept;

/// In a reader's words: "partition of a and b".
std::string describe(const fault& what);

/// What keeps a way from being like that, in words: "a chance is from 0 to 1"; empty: nothing.
std::string_view problem_of(const sim::link_options& way) noexcept;
/// What keeps a fault from being carried out in any world: times below zero, one host named twice.
std::string_view problem_of(const fault& one) noexcept;

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
/// The same for a world with these hosts: another one's name is wrong, too.
fault_plan parse_fault_plan(std::string_view text, std::span<const std::string_view> hosts);

}  // namespace pirn
