#include "pirn/exec/call_queue.hpp"

#include <algorithm>

namespace pirn::detail {

bool call_queue::remove(const blocking_job& call) noexcept {
  for (std::size_t i = first_; i != end_; ++i) {
    if (place(i) != &call) continue;
    for (--end_; i != end_; ++i) place(i) = place(i + 1);
    return true;
  }
  return false;
}

void call_queue::make_room() {
  const std::size_t count = size();
  const std::size_t room = std::max<std::size_t>(64, 2 * room_);
  auto larger = std::make_unique<blocking_job*[]>(room);
  for (std::size_t i = 0; i < count; ++i) larger[i] = place(first_ + i);
  ring_ = std::move(larger);
  room_ = room;
  first_ = 0;
  end_ = count;
}

}  // namespace pirn::detail
