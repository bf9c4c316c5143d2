#include "pirn/simulation/simulation.hpp"

#include <algorithm>

#include "pirn/base/assert.hpp"
#include "pirn/core/loop_local.hpp"

namespace pirn {

namespace {

loop_local<simulation*> simulation_of_loop;

/// Stops a run when its moment comes.
class stop_timer final : public timer_node {
 public:
  stop_timer(timer_queue& timers, bool& stopped) noexcept
      : timer_node(INT16_MIN), timers_(timers), stopped_(stopped) {}
  ~stop_timer() {
    if (is_armed()) timers_.remove(*this);
  }

 private:
  void fire() noexcept override { stopped_ = true; }
  timer_queue& timers_;
  bool& stopped_;
};

}  // namespace

simulation::simulation(const simulation_options& options)
    : driver_(virtual_options{.seed = options.seed, .start_time = options.start_time}),
      loop_(driver_, loop_options{.tick = options.tick, .checks_clock_end = true}),
      seed_(options.seed) {
  simulation_of_loop.of(loop_) = this;
  loop_entry entered(loop_);
  task<> keeper = keep(this);
  auto frame = keeper.frame();
  task_record& record = task_record::make(loop_, loop_.root(), frame);
  keeper.release().promise().become_root(record);
  loop_.make_ready(record);
  loop_.run_ready();
  replication_.listen(loop_);
}

// Those that do not end even when cancelled are asked again, through their shields. Where nobody is
// left there is nothing to cancel: an end without exceptions, which are most of what an end costs.
simulation::~simulation() {
  replication_.leave();
  loop_entry entered(loop_);
  processes_->active() == 0 ? closing_.set() : loop_.root().cancel();
  if (loop_.run_until_set(ended_)) return;
  loop_.root().cancel_through_shields();
  const bool all_ended = loop_.run_until_set(ended_);
  PIRN_ASSERT(all_ended, "a process does not end even when cancelled");
}

simulation& simulation::current() {
  simulation* const found = simulation_of_loop.of(loop::current());
  PIRN_ASSERT(found != nullptr, "this loop is no simulation's");
  return *found;
}

// The task that the processes' group belongs to. It waits for the end of the simulation.
task<> simulation::keep(simulation* home) {
  task_record& me = co_await this_task_record{};
  process_group processes(me, *home);
  home->processes_ = &processes;
  std::exception_ptr cancelled_by;
  try {
    co_await home->closing_.wait();
  } catch (...) {
    cancelled_by = std::current_exception();
  }
  try {
    co_await processes.join(cancelled_by);
  } catch (...) {  // the cancelling, and what came of it
  }
  home->ended_ = true;
}

void simulation::process_group::child_failed(const task_record& child,
                                             std::exception_ptr error) noexcept {
  if (child.was_observed() || is_cancellation(error)) return;
  if (home_.failure_ == nullptr) home_.failure_ = std::move(error);
  home_.stopped_ = true;
}

des::detail::unhandled_failures* simulation::unhandled_here() noexcept {
  pirn::loop* const here = pirn::loop::current_or_null();
  simulation* const found = here == nullptr ? nullptr : simulation_of_loop.of(*here);
  return found == nullptr ? nullptr : &found->unhandled_;
}

bool des::detail::note_unhandled(const void* event, const std::exception_ptr& error) {
  unhandled_failures* const here = simulation::unhandled_here();
  if (here != nullptr) here->add(event, error);
  return here != nullptr;
}

void des::detail::note_handled(const void* event) noexcept {
  if (unhandled_failures* const here = simulation::unhandled_here()) here->remove(event);
}

void simulation::go_on() {
  PIRN_ASSERT(loop_.current_task() == nullptr, "a simulation is not run by its own processes");
  replication_.check();
  static_cast<void>(loop_.run_until_set(stopped_));
  throw_failure();
}

void simulation::throw_failure() {
  stopped_ = false;
  replication_.check();
  if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void simulation::run() {
  go_on();
}

bool simulation::run_until(time_point end) {
  PIRN_ASSERT(end >= now(), "a simulation does not run backwards");
  stop_timer stop(loop_.timers(), stopped_);
  loop_.timers().add(stop, end);
  go_on();
  return peek() != never;
}

bool simulation::step() {
  const time_point next = peek();
  if (next == never) return false;
  if (next > now()) {
    stop_timer stop(loop_.timers(), stopped_);
    loop_.timers().add(stop, next);
    go_on();
  }
  loop_.run_ready();
  throw_failure();
  return true;
}

time_point simulation::peek() noexcept {
  if (loop_.has_ready()) return now();
  const time_point timer = loop_.timers().empty() ? never : loop_.timers().earliest();
  return std::min(timer, driver_.next_event());
}

// A watch points at what its caller waits with, so it does not outlive the call.
void simulation::run_watched(child<>& watching) {
  const scope_exit end_watch([&]() noexcept {
    if (watching.has_ended()) return;
    watching.cancel();
    loop_.run_ready();
    stopped_ = false;
  });
  go_on();
}

}  // namespace pirn
