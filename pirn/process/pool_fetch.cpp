// A thread that waits for the result of a short call takes it from the process itself: the pool's
// thread need not be woken, to wake it.
#include <algorithm>
#include <chrono>
#include <thread>

#include "pirn/process/pool_core.hpp"

namespace pirn::detail {

namespace {
constexpr std::chrono::microseconds patience{100};  // about what it takes to wake two threads
}

bool fetch_result(pool_core& pool, const pool_call& call) {
  return pool.fetch_result(call);
}

bool pool_core::fetch_result(const pool_call& call) {
  const std::optional<unsigned> index = begin_fetch(call);
  if (!index) return false;
  pool_worker& worker = *workers_[*index];  // it is not ended while it is read
  std::vector<frame> frames;
  const clock::time_point until = clock::now() + patience;
  while (receive(worker, frames) != frame_stream::received::end && frames.empty() &&
         clock::now() < until) {
    std::this_thread::yield();  // to who has something to do
  }
  endings over;
  end_fetch(*index, frames, over);
  const bool has_come = !frames.empty();
  over.tell();
  return has_come;
}

std::optional<unsigned> pool_core::begin_fetch(const pool_call& call) {
  std::scoped_lock lock(mutex_);
  if (call_time_ > patience) return std::nullopt;
  const auto found = std::ranges::find_if(workers_, [&](const auto& worker) {
    return worker && worker->has_only(call) && worker->has_greeted;
  });
  if (found == workers_.end() || !(*found)->reading.try_lock()) return std::nullopt;
  pool_worker& worker = **found;
  const auto index = static_cast<unsigned>(found - workers_.begin());
  if (worker.has_hung_up) {
    worker.reading.unlock();
    return std::nullopt;
  }
  worker.is_fetched_from = true;
  listen(index, worker);
  return index;
}

void pool_core::end_fetch(unsigned index, std::vector<frame>& frames, endings& over) {
  std::scoped_lock lock(mutex_);
  pool_worker& worker = *workers_[index];
  take_frames(worker, frames, over);
  for (endings::completed& each : over.results) each.result.keep();
  fill_all(over);
  worker.is_fetched_from = false;
  if (!worker.has_hung_up) listen(index, worker);
  worker.reading.unlock();
  if (closing_ && is_over()) wake();
}

}  // namespace pirn::detail
