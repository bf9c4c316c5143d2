// A thread that waits for the result of a short call takes it from the process itself: the pool's
// thread need not be woken, to wake it.
#include <algorithm>
#include <chrono>
#include <new>
#include <thread>

#include "pirn/base/scope_guard.hpp"
#include "pirn/process/pool_core.hpp"

namespace pirn::detail {

namespace {
constexpr std::chrono::microseconds patience{100};  // about what it takes to wake two threads
}

bool fetch_result(pool_core& pool, const pool_call& call, std::optional<steady_time> deadline) {
  return pool.fetch_result(call, deadline);
}

bool pool_core::fetch_result(const pool_call& call, std::optional<steady_time> deadline) {
  clock::time_point until = clock::now();
  if (deadline && *deadline <= until) return false;
  until += patience;
  if (deadline) until = std::min(until, *deadline);
  endings over;
  over.results.reserve(call_slots::count);  // what has come must not be lost
  over.failures.reserve(call_slots::count);
  std::vector<frame> frames;
  const std::optional<unsigned> index = begin_fetch(call);
  if (!index) return false;
  const scope_exit fetched([this, index] { end_fetch(*index); });
  pool_worker& worker = *workers_[*index];  // it is not ended while it is read
  while (receive(worker, frames) != frame_stream::received::end && frames.empty() &&
         clock::now() < until) {
    std::this_thread::yield();  // to who has something to do
  }
  take_fetched(*index, frames, over);
  tell(over);  // while it is read: the results point into the stream
  return !frames.empty();
}

std::optional<unsigned> pool_core::begin_fetch(const pool_call& call) {
  std::scoped_lock lock(mutex_);
  if (call_time_ > patience) return std::nullopt;
  const auto found = std::ranges::find_if(workers_, [&](const auto& worker) {
    return worker && worker->has_only(call) && worker->has_greeted;
  });
  if (found == workers_.end() || !(*found)->reading.try_lock()) return std::nullopt;
  pool_worker& worker = **found;
  if (worker.has_hung_up) {
    worker.reading.unlock();
    return std::nullopt;
  }
  const auto index = static_cast<unsigned>(found - workers_.begin());
  worker.is_fetched_from = true;
  listen(index, worker);
  return index;
}

void pool_core::take_fetched(unsigned index, std::vector<frame>& frames, endings& over) {
  std::scoped_lock lock(mutex_);
  take_frames(*workers_[index], frames, over);
  try {
    fill_all(over);
  } catch (const std::bad_alloc&) {  // then another time: what has come is to be told
  }
}

void pool_core::end_fetch(unsigned index) noexcept {
  std::scoped_lock lock(mutex_);
  pool_worker& worker = *workers_[index];
  worker.is_fetched_from = false;
  if (!worker.has_hung_up) listen(index, worker);
  worker.reading.unlock();
  if (is_over()) wake();  // the pool's thread, to end it
}

}  // namespace pirn::detail
