// store: items that processes put in and get out, first in, first out.
#pragma once

#include "pirn/simulation/basic_store.hpp"
#include "pirn/sync/queue.hpp"

namespace pirn::des {

/// Items leave in the order in which they were put in, and go to the processes in the order in
/// which these asked; the members are `basic_store`'s.
///
/// Source: SimPy's Store.
template <class T>
class store : public basic_store<queue<T>> {
 public:
  using basic_store<queue<T>>::basic_store;
};

}  // namespace pirn::des
