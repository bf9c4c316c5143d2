// linearizability: whether what clients were told by a map can be explained by one order of all
// they did.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include "pirn/base/time.hpp"

namespace pirn::testing {

/// What a client did to one key of a map of texts, and what it was told.
struct map_operation {
  enum class kind : std::uint8_t { read, write, compare_and_swap };

  std::uint64_t client = 0;
  kind what = kind::read;
  std::string key;
  std::optional<std::string> expected{};  ///< by a compare_and_swap; nothing: that there is none
  std::string value{};                    ///< to write, or to swap in
  time_point invoked{};
  time_point returned = never;        ///< never: nobody knows whether it happened
  std::optional<std::string> seen{};  ///< what a read was told; nothing: that there is none
  bool swapped = false;               ///< what a compare_and_swap was told
};

struct linearizability_options {
  /// A key's search ends undecided after so many tries: some seconds' worth.
  std::uint64_t tries_max = 20'000'000;
};
static_assert(std::is_trivially_copyable_v<linearizability_options>);

/// What a check has found.
struct linearizability {
  enum class verdict : std::uint8_t { linearizable, not_linearizable, undecided };

  verdict found = verdict::linearizable;
  /// Of the key with the shortest history that is not linearizable, as few operations as show it,
  /// line by line, texts quoted and escaped; or which key is undecided.
  std::string text{};
};

/// Whether each operation of a history can have happened at one instant between its invocation and
/// its return, on a map that is empty at first. Those that never returned happened at any time
/// after their invocation, or not at all. An operation that returns at the moment at which another
/// begins is concurrent with it.
///
/// All times are of one clock: in a world, of the world's.
/// Requires: no operation returns before its invocation.
/// Cost:     as search_order(), a key at a time, for keys do not bear on one another. A history
///           that is not linearizable is searched some dozen times more, to be made short.
linearizability check_linearizability(std::span<const map_operation> history,
                                      const linearizability_options& options = {});

}  // namespace pirn::testing
