#include "pirn/exec/work_scheduler.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

#include "pirn/exec/broken_executor.hpp"
#include "pirn/platform/affinity.hpp"
#include "pirn/platform/thread_name.hpp"

namespace pirn::detail {

namespace {

constexpr std::size_t batch_max = 32;  // calls that a worker takes to itself at once
static_assert(batch_max <= work_ring::room_when_empty);
constexpr unsigned newest_in_a_row_max = 3;  // then older calls have their turn
constexpr unsigned own_in_a_row_max = 60;    // then those from outside
constexpr unsigned shares_in_a_row_max = 2;  // then what others have taken and not come to
static_assert(own_in_a_row_max > batch_max, "a share is done in its order");
constexpr unsigned search_rounds = 24;  // looks for work before a worker sleeps: some 6 us
constexpr unsigned pauses_between_looks = 16;

bool take_one(std::atomic<unsigned>& count) noexcept {
  unsigned now = count.load();
  do {
    if (now == 0) return false;
  } while (!count.compare_exchange_weak(now, now - 1));
  return true;
}

thread_pool_options complete(thread_pool_options options) {
  constexpr unsigned threads_max = 16'384;  // what idle_workers can count, by far
  if (options.size == 0) options.size = std::max(1U, std::thread::hardware_concurrency());
  if (options.size > threads_max || options.blocking_max > threads_max) {
    throw std::invalid_argument(
        "a thread pool has at most 16384 threads, and as many for calls that block");
  }
  options.name = {};  // outside_calls owns it
  return options;
}

std::exception_ptr no_thread(const std::string& pool) noexcept try {
  return std::make_exception_ptr(
      broken_executor("thread pool '" + pool + "': no thread could be started"));
} catch (...) {
  return std::current_exception();
}

// Others take it only when they find nothing else: its worker has just submitted it, and will get
// to it soon with all it needs still in its cache.
blocking_job* take_newest(worker_thread& worker) noexcept {
  // Relaxed: a glance, and the exchange decides. Who misses a call sees it before it sleeps.
  if (worker.newest.load(std::memory_order_relaxed) == nullptr) return nullptr;
  return worker.newest.exchange(nullptr);
}

}  // namespace

work_scheduler::work_scheduler(thread_pool_options options, std::function<void()> initializer)
    : options_(complete(options)),
      limit_(options_.size + options_.blocking_max),
      initializer_(std::move(initializer)),
      idle_(options_.size),
      outside_(std::string(options.name), options_.queue_max),
      workers_(new std::atomic<worker_thread*>[limit_ + 1]()) {
  retired_.reserve(limit_ + 1);  // a thread that ends must not fail
}

work_scheduler::~work_scheduler() {
  shutdown({});
  for (unsigned i = 0; i < worker_count_.load(); ++i) delete workers_[i].load();
}

void fork_deque::wake_thief() noexcept {
  if (others_ != nullptr) others_->wake();
}

// --- What comes in

bool work_scheduler::add(blocking_job& call, when_full full) {
  // A pool of one thread does all in the order of submission.
  const bool keeps_order = options_.size == 1;
  if (is_own_thread()) {
    if (!keeps_order) {
      add_from_worker(*this_worker_, call);
      return true;
    }
    full = when_full::add;  // it must not wait for itself
  }
  // While there is no thread, the queue is the place: from there a call can be taken back.
  if (!keeps_order && started_.load() != 0 && outside_.add_to_lane(call)) {
    if (idle_.wants_wake()) wake();
    return true;
  }
  if (!outside_.add_to_queue(call, full)) return false;
  if (idle_.wants_wake()) see_to(call);
  return true;
}

// Wakes or starts a thread for a call that was just added to the queue. Without any thread the call
// is taken back.
void work_scheduler::see_to(blocking_job& call) {
  try {
    wake_or_throw();
  } catch (...) {
    if (started_.load() != 0 || !outside_.take_back(call)) return;  // there are others to do it
    throw;
  }
}

void work_scheduler::add_from_worker(worker_thread& worker, blocking_job& call) {
  outside_.refuse_if_closed();
  worker.calls.make_room();  // what follows must not fail
  // Release: a thief sees the call as it is here.
  blocking_job* before = worker.newest.exchange(&call, std::memory_order_acq_rel);
  if (before != nullptr) worker.calls.push(*before);
  if (idle_.wants_wake()) wake();
}

bool work_scheduler::take_back(blocking_job& call) noexcept {
  if (!is_own_thread()) return false;
  blocking_job* expected = &call;
  return this_worker_->newest.compare_exchange_strong(expected, nullptr);
}

void work_scheduler::shutdown(shutdown_options options) {
  if (options.cancel_pending) outside_.abandon(nullptr);
  outside_.close();
  idle_.wake_all();
  // A call may have been added while another thread failed to start the first of the pool.
  if (started_.load() == 0 && !outside_.look_empty()) outside_.abandon(no_thread(name()));
  if (options.cancel_pending || started_.load() == 0) {
    blocking_job* call = nullptr;
    call_source any;
    while (outside_.take({&call, 1}, 1, any) != 0) perform({.call = call});
    cancel_taken();
  }
  if (options.wait) join_threads();
}

// What workers have taken to themselves and not begun.
void work_scheduler::cancel_taken() noexcept {
  const unsigned count = worker_count_.load();
  for (unsigned i = 0; i < count; ++i) {
    worker_thread& worker = *workers_[i].load();
    while (!worker.calls.looks_empty()) {
      if (blocking_job* call = worker.calls.steal()) perform({.call = call});
    }
    if (blocking_job* call = take_newest(worker)) perform({.call = call});
  }
}

// A worker that ends may start another one until all work is done, so it goes on until none is
// left. By then every call was met, and those who still help with one are counted.
void work_scheduler::join_threads() {
  PIRN_ASSERT(!is_own_thread(), "a pool's own thread cannot wait for the pool to end");
  std::scoped_lock one_by_one(join_mutex_);
  for (;;) {
    std::thread ending;
    {
      std::scoped_lock lock(threads_mutex_);
      for (unsigned i = 0; i < worker_count_.load() && !ending.joinable(); ++i) {
        ending = std::move(workers_[i].load()->thread);
      }
    }
    if (!ending.joinable()) break;
    ending.join();
  }
  helpers_.wait_for_all();
}

// --- Threads

void work_scheduler::wake() noexcept {
  try {
    wake_or_throw();
  } catch (...) {  // no thread to be had: this one, and those there are, do the work
  }
}

void work_scheduler::wake_or_throw() {
  switch (idle_.claim_one()) {
    case idle_workers::claim::nobody:
      return;
    case idle_workers::claim::asleep:
      return idle_.wake_one();
    case idle_workers::claim::unstarted:
      break;
  }
  try {
    start_thread();
  } catch (...) {
    idle_.unclaim_unstarted();
    throw;
  }
}

void work_scheduler::start_thread() {
  std::scoped_lock lock(threads_mutex_);
  worker_thread* worker = nullptr;
  // A thread that is ending may start another, in any place but its own.
  const auto retired = std::ranges::find_if(
      retired_, [](const worker_thread* each) { return each != this_worker_; });
  if (retired != retired_.end()) {
    worker = *retired;
    retired_.erase(retired);
    if (worker->thread.joinable()) worker->thread.join();  // it is ending
  } else {
    const unsigned index = worker_count_.load();
    PIRN_ASSERT(index <= limit_, "a pool starts as many threads as were promised");
    worker = new worker_thread(*this, idle_, name(), index);
    workers_[index].store(worker);
    worker_count_.store(index + 1);
  }
  try {
    worker->thread = std::thread([this, worker] { run_thread(*worker); });
  } catch (...) {
    retired_.push_back(worker);
    throw;
  }
  started_.fetch_add(1);
}

void work_scheduler::run_thread(worker_thread& worker) noexcept {
  this_worker_ = &worker;
  fork_deque::exchange_own(&worker.forks);
  leave_pin();  // of the loop that started it
  set_thread_name(worker.name);
  initialize();
  found work = search(worker);  // as which it was counted when it was started
  while (work) {
    perform(work);
    work = own_work(worker);
    if (work) continue;
    idle_.start_search();
    work = search(worker);
  }
}

void work_scheduler::initialize() noexcept {
  if (!initializer_) return;
  try {
    initializer_();
  } catch (...) {
    outside_.abandon(broken_by_initializer("thread pool", name()));
  }
}

void work_scheduler::perform(const found& work) noexcept {
  if (work.job != nullptr) return work.job->resume_stolen();
  if (outside_.is_abandoned()) [[unlikely]]
    work.call->abandon(outside_.abandoned_because());
  work.call->perform();
}

bool work_scheduler::block() noexcept {
  if (!take_one(surplus_)) {
    unsigned substitutes = substitutes_.load();
    do {
      if (substitutes == options_.blocking_max) return false;
    } while (!substitutes_.compare_exchange_weak(substitutes, substitutes + 1));
    idle_.add_unstarted();
  }
  heavy_barrier();  // who adds a call sees the thread that may start, or this sees the call
  if (sees_work() && idle_.wants_wake()) wake();
  return true;
}

// A thread that took the place of one that blocked is one too many when that goes on.
bool work_scheduler::retires(worker_thread& worker) noexcept {
  if (!take_one(surplus_)) return false;
  substitutes_.fetch_sub(1);
  started_.fetch_sub(1);
  std::scoped_lock lock(threads_mutex_);
  retired_.push_back(&worker);
  return true;
}

thread_pool_statistics work_scheduler::statistics() const {
  const unsigned surplus = surplus_.load();  // first: a substitute becomes surplus, not otherwise
  thread_pool_statistics now{.started = started_.load(),
                             .asleep = idle_.asleep(),
                             .blocked = substitutes_.load() - surplus,
                             .queued = outside_.size()};
  for (unsigned i = 0; i < worker_count_.load(); ++i) {
    const worker_thread& worker = *workers_[i].load();
    now.stolen += worker.stolen.load(std::memory_order_relaxed);
    now.queued += worker.calls.size();
  }
  return now;
}

// --- Finding work

// The newest call first, but not many in a row: calls that always submit the next would keep the
// older ones waiting for ever.
work_scheduler::found work_scheduler::own_work(worker_thread& worker) {
  if (++worker.own_in_a_row > own_in_a_row_max) {
    worker.own_in_a_row = 0;  // more than a share: they submit the next ones themselves
    blocking_job* call = nullptr;
    if (outside_.take({&call, 1}, 1, worker.last_source) != 0) return {.call = call};
    if ((call = steal_call(worker)) != nullptr) return {.call = call};
  }
  if (worker.newest_in_a_row < newest_in_a_row_max) {
    if (blocking_job* call = take_newest(worker)) {
      ++worker.newest_in_a_row;
      return {.call = call};
    }
  }
  worker.newest_in_a_row = 0;
  if (blocking_job* call = worker.calls.take_oldest()) return {.call = call};
  if (blocking_job* call = take_waiting(worker)) return {.call = call};
  return {.call = take_newest(worker)};
}

// Takes a share of what waits, so that for many the way is gone once; others may steal it back.
// Its own queue is empty and has room for more than a share, so nothing is allocated. Where the
// order counts, a share is one: what lay behind a call that blocks would be overtaken.
blocking_job* work_scheduler::take_waiting(worker_thread& worker) noexcept {
  if (++worker.shares_in_a_row > shares_in_a_row_max) {
    worker.shares_in_a_row = 0;
    if (blocking_job* call = steal_call(worker)) return call;
  }
  std::array<blocking_job*, batch_max> taken;
  const std::size_t room = options_.size == 1 ? 1 : batch_max;
  const std::size_t share =
      outside_.take(std::span(taken).first(room), options_.size, worker.last_source);
  if (share == 0) return nullptr;
  worker.own_in_a_row = 0;
  for (std::size_t i = 1; i < share; ++i) worker.calls.push(*taken[i]);
  return taken[0];
}

blocking_job* work_scheduler::steal_call(worker_thread& worker) noexcept {
  const unsigned count = worker_count_.load(std::memory_order_acquire);  // pairs: start_thread()
  for (unsigned i = 1; i < count; ++i) {
    worker_thread& victim = *workers_[(worker.index + i) % count].load(std::memory_order_acquire);
    blocking_job* const call = victim.calls.steal();
    if (call == nullptr) continue;
    worker.stolen.fetch_add(1, std::memory_order_relaxed);  // a figure to look at
    return call;
  }
  return nullptr;
}

work_scheduler::found work_scheduler::steal(worker_thread& worker, bool newest_too) noexcept {
  const unsigned count = worker_count_.load(std::memory_order_acquire);  // pairs: start_thread()
  for (unsigned i = 1; i < count; ++i) {
    worker_thread& victim = *workers_[(worker.index + i) % count].load(std::memory_order_acquire);
    found taken{.job = victim.forks.steal()};
    if (!taken) taken.call = victim.calls.steal();
    if (!taken && newest_too) taken.call = take_newest(victim);
    if (!taken) continue;
    worker.stolen.fetch_add(1, std::memory_order_relaxed);  // a figure to look at
    return taken;
  }
  return {};
}

bool work_scheduler::sees_work() const noexcept {
  if (!outside_.look_empty()) return true;
  const unsigned count = worker_count_.load();
  for (unsigned i = 0; i < count; ++i) {
    const worker_thread& worker = *workers_[i].load();
    if (!worker.forks.looks_empty() || !worker.calls.looks_empty()) return true;
    if (worker.newest.load() != nullptr) return true;
  }
  return false;
}

// For a worker that is counted as searching, which it is not any more afterwards.
// Returns: nothing when the thread is to end.
work_scheduler::found work_scheduler::search(worker_thread& worker) {
  found work;
  for (;;) {
    const bool ending =
        outside_.is_complete();  // before the look: what was added before is then seen
    work = search_a_while(worker);
    if (work || ending || retires(worker)) break;
    idle_.sleep([this] { return outside_.is_complete() || sees_work(); });
  }
  if (idle_.found() && sees_work() && idle_.wants_wake()) wake();
  return work;
}

work_scheduler::found work_scheduler::search_a_while(worker_thread& worker) {
  const unsigned rounds = idle_.many_search() ? 1 : search_rounds;
  for (unsigned round = 1; round <= rounds; ++round) {
    found work{.call = take_waiting(worker)};
    if (!work) work = steal(worker, round == rounds || outside_.is_complete());
    if (work || outside_.is_complete()) return work;
    for (unsigned i = 0; i < pauses_between_looks; ++i) pause_processor();
  }
  return {};
}

}  // namespace pirn::detail
