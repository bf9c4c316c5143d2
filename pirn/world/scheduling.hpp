// scheduling: in which order things go that are due at one moment of a world.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <type_traits>
#include <vector>

#include "pirn/base/random.hpp"
#include "pirn/core/ready_order.hpp"

namespace pirn {

/// An order of hosts that have something to do at one moment, and of a host's tasks that are ready.
enum class turn_order : std::uint8_t {
  fifo,   ///< hosts as they were added, tasks as they became ready
  drawn,  ///< each turn in an order drawn from the seed
  /// Probabilistic concurrency testing: each host and each task has a drawn priority, and who has
  /// the highest goes, again and again, except that at `pct_depth` - 1 drawn steps who would go is
  /// put behind all that were not put back yet, at a drawn place among those that were. A bug that
  /// needs `d` steps in one order, of `n` tasks that take `k` steps, shows in a run of depth `d`
  /// with a chance of 1 / (n * k^(d-1)) at least.
  pct,
};

struct scheduling {
  turn_order order = turn_order::fifo;
  unsigned pct_depth = 3;          ///< from 1 to `pct_depth_max`
  std::uint64_t pct_steps = 1000;  ///< that a loop takes, about: tasks resumed. Changes of priority
                                   ///< fall among the first so many of each loop.
  static constexpr unsigned pct_depth_max = 1000;
};
static_assert(std::is_trivially_copyable_v<scheduling>);

namespace detail {

/// Priorities for one loop's tasks, or one world's hosts; nothing is kept of them but of those few
/// whose priority has changed.
///
/// Source: Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with
///         probabilistic guarantees of finding bugs", 2010.
class pct_order final : public ready_order {
 public:
  pct_order(random_source lots, const scheduling& how);

  /// Who is first of these for long is passed over a thousand times at most: who waits for another
  /// by yielding must not keep it from its turn for ever.
  std::size_t choose(std::span<const std::uint64_t> ids) override;

 private:
  static constexpr unsigned passes_max = 1000;
  struct change {
    std::uint64_t step;
    std::uint64_t priority;
  };

  std::uint64_t priority(std::uint64_t id) const noexcept;
  std::size_t highest(std::span<const std::uint64_t> ids) const noexcept;
  bool has_waited_enough(std::uint64_t first) noexcept;

  std::uint64_t seed_;
  std::vector<change> changes_;  // to come, the last first
  std::uint64_t step_ = 0;
  std::map<std::uint64_t, std::uint64_t> lowered_;
  std::uint64_t first_ = 0;
  unsigned passes_ = 0;
};

}  // namespace detail

}  // namespace pirn
