// bounded: an end for programs of the kits that would never come to one.
#pragma once

#include "pirn/core/task.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace pirn::testing::detail {

/// Runs what `make` makes. A kernel's driver finds no deadlock, so there it has 20 s.
/// Throws: deadlock_error when it is not at its end by then; what the program throws.
task<> bounded(const program_maker& make, bool is_virtual);

}  // namespace pirn::testing::detail
