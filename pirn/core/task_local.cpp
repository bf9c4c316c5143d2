#include "pirn/core/task_local.hpp"

#include "pirn/base/assert.hpp"
#include "pirn/core/loop.hpp"

namespace pirn::detail {

void drop_bindings(local_binding* chain) noexcept {
  while (chain != nullptr && --chain->owners == 0) {
    local_binding* outer = chain->outer;
    delete chain;
    chain = outer;
  }
}

local_binding*& current_bindings() noexcept {
  task_record* task = loop::current().current_task();
  PIRN_ASSERT(task != nullptr, "task-local variables are used by tasks");
  return task->bindings();
}

}  // namespace pirn::detail
