#include "hash_executor.hpp"

#include <algorithm>
#include <utility>

#include "pirn/exec/inline_executor.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/process/process_pool.hpp"
#include "ranks.hpp"

namespace pirn::apps {

namespace {

// Many small files together, so that handing them out is not the work; few enough that all
// executors have some to the end. Far enough ahead that one big file does not keep others waiting.
map_options options_for(std::size_t names, std::size_t concurrency) {
  constexpr std::size_t chunk_max = 16;
  constexpr std::size_t chunks_each = 16;
  constexpr std::size_t ahead_each = 64;
  return {.chunk = std::clamp<std::size_t>(names / (chunks_each * concurrency), 1, chunk_max),
          .buffer = ahead_each * concurrency};
}

// Without state, so that it can be called in another process.
constexpr auto digest = [](const std::string& path) { return file_digest(path); };

template <class Executor>
digest_source source_on(Executor& where) {
  return [&where](std::span<const std::string> names) {
    return pirn::map(where, options_for(names.size(), where.concurrency()), digest, names);
  };
}

}  // namespace

void with_digest_source(executor_choice choice, unsigned jobs,
                        const std::function<void(const digest_source&)>& use) {
  switch (choice) {
    case executor_choice::threads: {
      thread_pool pool(thread_pool_options{.size = jobs, .name = "hash"});
      return use(source_on(pool));
    }
    case executor_choice::processes: {
      process_pool pool(process_pool_options{.size = jobs, .name = "hash"});
      return use(source_on(pool));
    }
    case executor_choice::mpi:
      return with_ranks([&use](auto& ranks) { use(source_on(ranks)); });
    case executor_choice::this_loop: {
      inline_executor here;
      return use(source_on(here));
    }
  }
  std::unreachable();
}

}  // namespace pirn::apps
