// batch: several items of a store at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/base/time.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/frame.hpp"
#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task.hpp"

namespace pirn::des {

struct batch_options {
  std::size_t size_max = SIZE_MAX;  ///< how many items make the batch complete
  duration patience = forever;      ///< how long it waits for them, counted from its beginning
};
static_assert(std::is_trivially_copyable_v<batch_options>);

/// Takes items of a store until there are enough, or time is up: then those that there are, which
/// may be none.
///
/// Cancel:   ends it with the items that it has taken, and the task's next wait throws; with none
///           it throws itself. So does an interrupt.
/// Lifetime: the store must outlive it.
template <class Store>
task<std::vector<typename Store::value_type>> take_batch(Store& from, batch_options options) {
  task_record& me = co_await this_task_record{};
  std::vector<typename Store::value_type> batch;
  const time_point until = saturating_add(now(), options.patience);
  try {
    while (batch.size() < options.size_max) {
      auto next = co_await select(from.get(), sleep_until(until));
      if (next.index() != 0) break;
      batch.push_back(std::get<0>(std::move(next)));
    }
  } catch (const cancelled&) {  // stays so
    if (batch.empty()) throw;
  } catch (...) {
    if (batch.empty()) throw;
    me.interrupt(std::current_exception());
  }
  co_return batch;
}

}  // namespace pirn::des
