// priority_resource: places that are used by turns, the most important request first.
#pragma once

#include <cstddef>

#include "pirn/simulation/basic_resource.hpp"
#include "pirn/simulation/request_heap.hpp"

namespace pirn::des {

/// A `resource` at which the request of the lowest priority number is served first, and of equal
/// ones the first to come. Who has a place keeps it; `preemptive_resource` differs in that.
///
/// Source: SimPy's PriorityResource.
/// Cost:   a request that waits costs O(log n) of those that do; nothing is allocated but by a
/// queue
///         that grows beyond its peak.
class priority_resource : public basic_resource<detail::request_heap> {
 public:
  explicit priority_resource(std::size_t capacity = 1) noexcept : basic_resource(capacity) {}

  /// Waits for a place; does not suspend if one is free.
  ///
  /// Cancel: as `resource::request`.
  request_wait request(int priority = 0) noexcept { return request_wait(*this, priority); }
};

}  // namespace pirn::des
