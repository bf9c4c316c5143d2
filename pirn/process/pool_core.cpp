#include "pirn/process/pool_core.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pirn/base/assert.hpp"
#include "pirn/exec/process_entry.hpp"

namespace pirn::detail {

namespace {

unique_fd checked(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(last_error(), what);
  return unique_fd(descriptor);
}

/// Keeps signals from the thread that is started meanwhile: they are for the program's own.
class all_signals_blocked {
 public:
  all_signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  all_signals_blocked(all_signals_blocked&&) = delete;
  ~all_signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

pool_core::pool_core(pool_plan plan)
    : plan_(std::move(plan)),
      news_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      knocked_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      workers_(plan_.size) {
  if (!process_main_was_called()) {
    throw std::logic_error(
        "process_pool: the processes of the pool are this program, started again: call "
        "pirn::process_main(argc, argv) first in main(), or use pirn::run_main()");
  }
  listen_at_door();
}

void pool_core::submit(pool_call& call) {
  endings over;
  {
    std::scoped_lock lock(mutex_);
    if (!broken_.empty()) throw broken_executor(broken_);
    if (closing_) throw std::runtime_error("submit: the process pool was shut down");
    if (!manager_.joinable()) {
      if (slots_.descriptor() < 0) slots_ = shared_memory(plan_.size * call_slots::size_bytes);
      all_signals_blocked quiet;
      manager_ = std::thread([this] { manage(); });
    }
    pending_.push_back(call);
    ++pending_count_;
    auto idle = std::ranges::find_if(
        workers_, [](const auto& worker) { return worker && worker->is_idle(); });
    if (idle != workers_.end()) {
      fill(**idle, 1, over);
    } else {
      want_worker();
    }
  }
  over.tell();
}

void pool_core::shutdown(shutdown_options options) {
  endings over;
  {
    std::scoped_lock lock(mutex_);
    PIRN_ASSERT(!options.wait || telling_ != this,
                "a pool is not waited for in a callback of one of its futures");
    closing_ = true;
    if (options.cancel_pending) give_up_pending(over);
    wake();
    if (is_over()) dismiss();  // at once: this thread is awake, the pool's is not
  }
  over.tell();
  if (!options.wait) return;
  std::scoped_lock lock(joining_);
  if (manager_.joinable()) manager_.join();
}

void pool_core::kill_workers() {
  endings over;
  {
    std::scoped_lock lock(mutex_);
    closing_ = killed_ = true;
    give_up_pending(over);
    for (const auto& worker : workers_) {
      if (worker) worker->kill();
    }
    wake();
  }
  over.tell();
}

std::vector<int> pool_core::worker_pids() const {
  std::unique_lock lock(mutex_);
  started_.wait(lock, [this] { return !starting_; });  // it may have begun its first call
  std::vector<int> pids;
  for (const auto& worker : workers_) {
    if (worker) pids.push_back(worker->pid());
  }
  return pids;
}

// Calls are sent ahead so that a worker need not wait for the next one: as many as it makes in
// about this time, so that what lies in front of one cannot be in its way for long. Of long calls
// none is sent ahead; then cancel() works up to the moment in which a call really begins. Nor is
// any while another process can still be started: it would have nothing to do.
std::size_t pool_core::depth() const noexcept {
  constexpr clock::duration ahead = std::chrono::milliseconds(1);
  if (call_time_ == clock::duration::zero() || alive_ < plan_.size) return 1;
  const auto fitting = static_cast<std::size_t>(ahead / call_time_);
  return std::clamp<std::size_t>(fitting, 1, call_slots::count);
}

void pool_core::want_worker() noexcept {
  if (alive_ + wanted_ == plan_.size || killed_) return;
  ++wanted_;
  wake();
}

void pool_core::fill(pool_worker& worker, std::size_t depth, endings& over) {
  bool given = false;
  while (!pending_.empty() && worker.has_room(depth)) {
    pool_call& call = pending_.pop_front();
    --pending_count_;
    if (!call.begin()) continue;
    try {
      worker.give(call);
      given = true;
    } catch (...) {
      over.failures.push_back({&call, std::current_exception()});
    }
  }
  if (given) send(worker);
}

// A worker may turn out to make a long call in front of those that were sent ahead to it. As long
// as others have enough to do, they get these little by little, with what was submitted later.
void pool_core::take_back_stuck() noexcept {
  constexpr clock::duration long_time = std::chrono::milliseconds(5);
  const clock::time_point now = clock::now();
  for (const auto& worker : workers_) {
    if (!worker || worker->calls() < 2 || now - worker->last_news < long_time) continue;
    pending_count_ += worker->take_back_half(pending_);
  }
}

// Each gets its part: with few calls left, nobody gets two while another one gets none.
void pool_core::fill_all(endings& over) {
  if (alive_ == 0) return;
  take_back_stuck();
  std::size_t calls = pending_count_;
  for (const auto& worker : workers_) {
    if (worker) calls += worker->calls();
  }
  const std::size_t part = std::min(depth(), (calls + alive_ - 1) / alive_);
  for (const auto& worker : workers_) {
    if (!worker) continue;
    // Not for every call: a batch costs the kernel one call.
    if (worker->calls() <= part / 2) fill(*worker, part, over);
    if (worker->is_idle()) share_with(*worker, over);
  }
}

// A worker may sit on calls that were sent ahead while it makes one that takes longer than those
// before it. Whoever has nothing to do gets them.
void pool_core::share_with(pool_worker& idle, endings& over) {
  auto calls_of = [](const auto& worker) { return worker ? worker->calls() : 0; };
  auto busiest = std::ranges::max_element(workers_, {}, calls_of);
  if (calls_of(*busiest) < 2) return;
  pending_count_ += (*busiest)->take_back_half(pending_);
  fill(idle, call_slots::count, over);
}

// A process that cannot be sent to is of no use any more; how its calls end, bury() decides.
void pool_core::send(pool_worker& worker) noexcept {
  if (!worker.can_be_sent_to()) return;
  const int error = -worker.stream().flush();
  if (error != 0 && error != EAGAIN) {
    worker.send_error = error;
    worker.kill();
    return;
  }
  const bool wants_room = error == EAGAIN;
  if (wants_room == worker.wants_room) return;
  worker.wants_room = wants_room;
  for (unsigned index = 0; index < workers_.size(); ++index) {
    if (workers_[index].get() == &worker) listen(index, worker);
  }
}

void pool_core::break_pool(const std::string& why, endings& over) {
  broken_ = why;
  wanted_ = 0;
  std::vector<pool_call*> lost;
  take_pending(lost);
  for (pool_call* each : lost) {
    over.failures.push_back({each, std::make_exception_ptr(broken_executor(why))});
  }
}

void pool_core::give_up_pending(endings& over) noexcept {
  wanted_ = 0;
  take_pending(over.given_up);
}

void pool_core::take_pending(std::vector<pool_call*>& into) {
  while (!pending_.empty()) into.push_back(&pending_.pop_front());
  pending_count_ = 0;
}

bool pool_core::is_over() const noexcept {
  if (!closing_ || pending_count_ != 0 || starting_) return false;
  return std::ranges::all_of(workers_,
                             [](const auto& worker) { return !worker || worker->calls() == 0; });
}

// A process that waits for more leaves when it sees the end.
void pool_core::dismiss() noexcept {
  for (const auto& worker : workers_) {
    if (worker) worker->stream().end_sending();
  }
}

void pool_core::tell(endings& over) noexcept {
  const pool_core* before = std::exchange(telling_, this);
  over.tell();
  telling_ = before;
}

void pool_core::endings::tell() noexcept {
  for (auto& [call, result] : results) call->complete(result);
  for (auto& [call, error] : failures) call->fail(std::move(error));
  for (pool_call* each : given_up) each->give_up();
}

}  // namespace pirn::detail
