#include "pirn/world/scheduling.hpp"

#include <algorithm>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/base/hash.hpp"

namespace pirn::detail {

pct_order::pct_order(random_source lots, const scheduling& how) : seed_(lots()) {
  PIRN_ASSERT(how.pct_depth >= 1 && how.pct_steps >= 1, "a depth and a number of steps from 1");
  for (std::uint64_t i = 1; i < how.pct_depth; ++i) {
    changes_.push_back({lots.below(how.pct_steps), i});
  }
  std::ranges::sort(changes_, std::ranges::greater{},
                    [](const change& each) { return std::pair(each.step, each.priority); });
}

std::size_t pct_order::choose(std::span<const std::uint64_t> ids) {
  const bool must_go_first = has_waited_enough(ids.front());
  std::size_t chosen = must_go_first ? 0 : highest(ids);
  while (!changes_.empty() && changes_.back().step == step_) {
    lowered_[ids[chosen]] = changes_.back().priority;
    changes_.pop_back();
    if (!must_go_first) chosen = highest(ids);
  }
  ++step_;
  return chosen;
}

// Drawn ones are above all that are given at a change.
std::uint64_t pct_order::priority(std::uint64_t id) const noexcept {
  constexpr std::uint64_t drawn = std::uint64_t{1} << 63;
  const auto changed = lowered_.find(id);
  return changed != lowered_.end() ? changed->second : drawn | mix_bits(seed_ + id);
}

std::size_t pct_order::highest(std::span<const std::uint64_t> ids) const noexcept {
  const auto best =
      std::ranges::max_element(ids, {}, [this](std::uint64_t id) noexcept { return priority(id); });
  return static_cast<std::size_t>(best - ids.begin());
}

bool pct_order::has_waited_enough(std::uint64_t first) noexcept {
  passes_ = first == first_ ? passes_ + 1 : 0;
  first_ = first;
  return passes_ > passes_max;
}

}  // namespace pirn::detail
