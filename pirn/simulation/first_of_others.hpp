// first_of_others: who is served next, but for the task on whose behalf it is done.
#pragma once

#include "pirn/core/wait_list.hpp"

namespace pirn::des::detail {

/// The wait that came first, but for those of `own`: a task that puts and gets in one select must
/// not serve itself, for only one of the two may happen. Null when there is none.
inline list_wait* first_of_others(const wait_list& waits, const task_record* own) noexcept {
  list_wait* each = waits.first();
  while (each != nullptr && each->waiter() == own) [[unlikely]]
    each = waits.next(*each);
  return each;
}

}  // namespace pirn::des::detail
