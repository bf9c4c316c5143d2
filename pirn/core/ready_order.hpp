// ready_order: who of a simulated loop's ready tasks goes first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "pirn/core/loop_local.hpp"

namespace pirn {

/// Chooses among ready tasks, in place of a turn's order.
class ready_order {
 public:
  virtual ~ready_order() = default;

  /// Who is resumed next. The others remain ready, and nobody goes between but the urgent lane.
  /// Requires: `task_ids` are those of all ready tasks, the one that is so for longest first.
  /// Returns:  an index into `task_ids`.
  virtual std::size_t choose(std::span<const std::uint64_t> task_ids) = 0;
};

/// What a loop with a `shuffle_seed` asks before each resumption; null, it shuffles each turn. A
/// loop without a seed does not look here, so that nobody else pays for it.
inline loop_local<std::unique_ptr<ready_order>> order_of_ready;

}  // namespace pirn
