// order_search: whether some order of operations on one register explains what each was told.
#pragma once

#include <cstdint>
#include <span>

#include "pirn/base/time.hpp"

namespace pirn::testing::detail {

/// An operation on a register whose values are numbers.
struct register_step {
  enum class kind : std::uint8_t { read, write, compare_and_swap };

  kind what = kind::read;
  int value = 0;         ///< what was read, is written, or is swapped in
  int expected = 0;      ///< by a compare_and_swap
  bool swapped = false;  ///< what a compare_and_swap was told
  time_point invoked{};
  time_point returned = never;  ///< never: it happened at any time after, or not at all

  bool is_known() const noexcept { return returned != never; }
  /// Whether it changes the register, as far as one knows.
  bool may_change() const noexcept {
    return what == kind::write || (what == kind::compare_and_swap && (swapped || !is_known()));
  }
};

enum class searched : std::uint8_t { explained, unexplained, given_up };

/// Looks for an order in which each known step happens once, between its invocation and its return,
/// and is told what it was told; unknown ones may be left out.
///
/// Returns: given_up when it has not been found in `tries_max` tries.
/// Cost:    a hash table of what was reached; linear in the steps when few are concurrent,
///          exponential at worst.
/// Source:  Wing and Gong, Testing and verifying concurrent objects (1993); the memory of what was
///          reached is Lowe's (Testing for linearizability, 2017).
searched search_order(std::span<const register_step> steps, int initial, std::uint64_t tries_max);

}  // namespace pirn::testing::detail
