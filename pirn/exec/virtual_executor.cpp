#include "pirn/exec/virtual_executor.hpp"

#include <stdexcept>

#include "pirn/base/assert.hpp"
#include "pirn/exec/broken_executor.hpp"

namespace pirn::detail {

class virtual_workers::worker final : public timer_node {
 public:
  explicit worker(virtual_workers& set) noexcept : set_(set) {}

  bool is_initialized = false;

  bool is_free() const noexcept { return call_ == nullptr; }
  void start(virtual_call& call, time_point until) noexcept {
    call_ = &call;
    set_.home_.timers().add(*this, until);
  }
  /// Makes its call before the time has come.
  void finish_now() noexcept {
    set_.home_.timers().remove(*this);
    std::exchange(call_, nullptr)->complete();
  }

 private:
  // Free only afterwards: what the call submits waits behind what is queued.
  void fire() noexcept override {
    call_->complete();
    call_ = nullptr;
    set_.start_next(*this);
  }

  virtual_workers& set_;
  virtual_call* call_ = nullptr;
};

virtual_workers::virtual_workers(loop& home, const virtual_executor_options& options,
                                 std::function<void()> initializer, std::function<duration()> times)
    : home_(home),
      call_time_(options.call_time),
      name_(options.name),
      initializer_(std::move(initializer)),
      times_(std::move(times)) {
  PIRN_ASSERT(options.size > 0, "an executor has at least one worker");
  for (unsigned i = 0; i < options.size; ++i) workers_.push_back(std::make_unique<worker>(*this));
}

virtual_workers::~virtual_workers() {
  shutdown({});
}

void virtual_workers::throw_if_closed() const {
  if (is_shut_down_) throw std::runtime_error("submit: the executor was shut down");
  if (broken_ != nullptr) std::rethrow_exception(broken_);
}

void virtual_workers::add(virtual_call& call) noexcept {
  queue_.push_back(call);
  for (const std::unique_ptr<worker>& each : workers_) {
    if (each->is_free()) return start_next(*each);
  }
}

// Returns: false when it failed, and nothing waits any more.
bool virtual_workers::initialize(worker& first_time) noexcept {
  if (!initializer_ || first_time.is_initialized) return true;
  first_time.is_initialized = true;
  try {
    initializer_();
    return true;
  } catch (...) {
    broken_ = broken_by_initializer("virtual executor", name_);
    abandon_waiting(broken_);
    return false;
  }
}

void virtual_workers::abandon_waiting(const std::exception_ptr& why) noexcept {
  while (!queue_.empty()) queue_.pop_front().abandon(why);
}

void virtual_workers::start_next(worker& free) noexcept {
  if (queue_.empty() || !initialize(free)) return;
  while (!queue_.empty()) {
    virtual_call& next = queue_.pop_front();
    if (!next.take_up()) continue;
    const duration length = times_ ? times_() : call_time_;
    return free.start(next, saturating_add(home_.now(), length));
  }
}

// Among those that finish together the first in line, as far as the timers tell.
virtual_workers::worker* virtual_workers::first_to_finish() noexcept {
  const timer_queue& timers = home_.timers();
  worker* first = nullptr;
  for (const std::unique_ptr<worker>& each : workers_) {
    if (!each->is_armed()) continue;
    if (first == nullptr || timers.moment_of(*each) < timers.moment_of(*first)) first = each.get();
  }
  return first;
}

void virtual_workers::shutdown(shutdown_options options) noexcept {
  is_shut_down_ = true;
  if (options.cancel_pending) abandon_waiting(nullptr);
  if (!options.wait) return;
  while (worker* next = first_to_finish()) next->finish_now();
  while (!queue_.empty()) {
    virtual_call& next = queue_.pop_front();
    if (next.take_up()) next.complete();
  }
}

}  // namespace pirn::detail
