// resource: places that are used by turns, first come, first served.
#pragma once

#include <cstddef>

#include "pirn/simulation/basic_resource.hpp"
#include "pirn/simulation/request_list.hpp"

namespace pirn::des {

/// A number of equal places (machines, tellers, berths) that processes use by turns, in the order
/// in which they asked; the other members are `basic_resource`'s.
///
/// ```
/// auto grant = co_await machine.request();
/// co_await sleep_for(work);  // the place is given back at the end of the scope
/// ```
/// Who does not wait for ever (reneges) writes `select(machine.request(), sleep_for(patience))`;
/// who does not join a long queue (balks) looks at queue_length() before.
///
/// Source: SimPy's Resource; changing the capacity is an addition.
/// Cost:   nothing is allocated.
class resource : public basic_resource<detail::request_list> {
 public:
  explicit resource(std::size_t capacity = 1) noexcept : basic_resource(capacity) {}

  /// Waits for a place; does not suspend if one is free.
  ///
  /// Cancel: leaves the queue. A place that was granted before the cancel came is given, and given
  ///         back by its grant.
  request_wait request() noexcept { return request_wait(*this); }
};

}  // namespace pirn::des
