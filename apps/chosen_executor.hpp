// chosen_executor: the executor that an option names.
#pragma once

#include <utility>

#include "executor_option.hpp"
#include "pirn/exec/inline_executor.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/process/process_pool.hpp"
#include "ranks.hpp"

namespace pirn::apps {

/// Calls `use(executor)` and ends the executor afterwards: it waits for calls that are under way,
/// but kills processes when `use` throws. `name` is that of its threads or processes.
///
/// Throws: what `use` throws; usage_error when there is no such executor here.
template <class Use>
void with_executor(executor_option option, const char* name, Use use) {
  switch (option.choice) {
    case executor_choice::threads: {
      thread_pool pool(thread_pool_options{.size = option.jobs, .name = name});
      return use(pool);
    }
    case executor_choice::processes: {
      process_pool pool(process_pool_options{.size = option.jobs, .name = name});
      return use(pool);
    }
    case executor_choice::mpi:
      return with_ranks([&use](auto& ranks) { use(ranks); });
    case executor_choice::this_loop: {
      inline_executor here;
      return use(here);
    }
  }
  std::unreachable();
}

}  // namespace pirn::apps
