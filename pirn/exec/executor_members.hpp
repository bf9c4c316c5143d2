// executor_members: what all executors have as members by what they can do.
#pragma once

#include <ranges>
#include <utility>

#include "pirn/exec/executor.hpp"
#include "pirn/exec/map.hpp"

namespace pirn {

/// Members that all executors have by what they can do: `class pool : public
/// executor_members<pool>`.
template <class Self>
class executor_members {
 public:
  /// pirn::map() on this executor: `pool.map(fn, inputs)`, `pool.map({.chunk = 100}, fn, inputs)`.
  template <class Fn, std::ranges::input_range... Ranges>
  auto map(map_options options, Fn&& fn, Ranges&&... ranges) {
    return pirn::map(static_cast<Self&>(*this), options, std::forward<Fn>(fn),
                     std::forward<Ranges>(ranges)...);
  }
  template <class Fn, std::ranges::input_range... Ranges>
  auto map(Fn&& fn, Ranges&&... ranges) {
    return map(map_options{}, std::forward<Fn>(fn), std::forward<Ranges>(ranges)...);
  }
};

}  // namespace pirn
