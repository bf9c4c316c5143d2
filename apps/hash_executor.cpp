#include "hash_executor.hpp"

#include <algorithm>

#include "chosen_executor.hpp"

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

void with_digest_source(executor_option option,
                        const std::function<void(const digest_source&)>& use) {
  with_executor(option, "hash", [&use](auto& where) { use(source_on(where)); });
}

}  // namespace pirn::apps
