// priority_store: items that processes put in and get out, the smallest first.
#pragma once

#include <functional>

#include "pirn/simulation/basic_store.hpp"
#include "pirn/sync/priority_queue.hpp"

namespace pirn::des {

/// The smallest item by `Compare` leaves first, and of equal ones the one that was put in first;
/// the members are `basic_store`'s.
///
/// Source: SimPy's PriorityStore, which leaves the order of equals open.
template <class T, class Compare = std::less<>>
class priority_store : public basic_store<priority_queue<T, Compare>> {
 public:
  using basic_store<priority_queue<T, Compare>>::basic_store;
};

}  // namespace pirn::des
