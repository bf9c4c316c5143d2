#include "small_files.hpp"

#include <functional>
#include <map>
#include <utility>

#include "pirn/core/within.hpp"
#include "pirn/exec/to_thread.hpp"

namespace pirn::apps {

namespace {

template <class Work>
std::exception_ptr failure_of(Work&& work) noexcept {
  try {
    work();
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

// Shielded: the thread and the other tasks rely on the entry's being there until it is done.
task<> small_files::write(const std::string& path, std::span<const std::byte> bytes) {
  entry mine{.path = path, .bytes = bytes};
  co_await shield(write_entry(mine));
  if (mine.error) std::rethrow_exception(mine.error);
}

// The first task to come leads: it takes all that waits to a thread, and at its return it makes the
// longest waiting task the leader of the next batch.
task<> small_files::write_entry(entry& mine) {
  waiting_.push_back(&mine);
  if (has_leader_) co_await mine.wake_up.wait();
  if (mine.is_done) co_return;
  has_leader_ = true;
  const std::vector<entry*> batch = std::exchange(waiting_, {});
  co_await to_thread(&write_batch, std::cref(batch), options_);
  for (entry* each : batch) {
    each->is_done = true;
    if (each != &mine) each->wake_up.set();
  }
  if (waiting_.empty()) {
    has_leader_ = false;
  } else {
    waiting_.front()->wake_up.set();
  }
}

void small_files::write_batch(const std::vector<entry*>& batch,
                              write_whole_options options) noexcept {
  for (entry* each : batch) {
    each->error = failure_of([&] { write_whole_blocking(each->path, each->bytes, options); });
  }
  if (options.sync) sync_names(batch);
}

// Once for all files of a directory.
void small_files::sync_names(const std::vector<entry*>& batch) noexcept {
  std::map<std::string, std::exception_ptr> failures;
  for (entry* each : batch) {
    const auto [place, is_new] = failures.try_emplace(directory_of(each->path));
    if (is_new) place->second = failure_of([&] { sync_directory_blocking(place->first); });
    if (!each->error) each->error = place->second;
  }
}

}  // namespace pirn::apps
