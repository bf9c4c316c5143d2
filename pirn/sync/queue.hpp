// queue: a first-in-first-out queue between tasks.
#pragma once

#include "pirn/sync/basic_queue.hpp"
#include "pirn/sync/ring.hpp"

namespace pirn {

/// Items leave in the order in which they were pushed; the members are `basic_queue`'s.
///
/// Source: asyncio.Queue.
template <class T>
class queue : public basic_queue<T, detail::ring<T>> {
 public:
  using basic_queue<T, detail::ring<T>>::basic_queue;
};

}  // namespace pirn
