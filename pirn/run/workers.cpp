// workers: one main task on several loops, each on a thread of its own.
//
// The first loop, run()'s own, keeps house: it starts the threads, watches the main tasks, and when
// all have ended lets the other loops go. Until then a loop whose main task has ended goes on, so
// that its peers can reach it.
#include <atomic>
#include <deque>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/completion.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/thread.hpp"
#include "pirn/exec/worker.hpp"
#include "pirn/platform/affinity.hpp"
#include "pirn/run/run.hpp"

namespace pirn::detail {

namespace {

using main_function = std::function<task<>(worker)>;

/// What the workers of one run have in common.
struct common_ground {
  common_ground(run_options chosen, const main_function& main_task)
      : options(chosen), main(main_task), all_run(chosen.workers) {
    if (options.pin_workers) processors = allowed_processors();
  }

  /// Keeps this thread on the worker's processor. Where that is not allowed it goes without: a pin
  /// makes nothing right, only faster.
  void pin(unsigned index, std::optional<processor_pin>& held) const {
    if (processors.empty()) return;
    try {
      held.emplace(processors[index % processors.size()]);
    } catch (const std::system_error&) {
    }
  }

  /// Says that there are no loops for some of the workers.
  void give_up(std::ptrdiff_t missing = 1) noexcept {
    given_up = true;
    all_run.count_down(missing);
  }

  const run_options options;
  const main_function& main;
  std::vector<unsigned> processors;   // to pin to; none: do not pin
  std::latch all_run;                 // no main task begins before all can be reached
  std::atomic<bool> given_up{false};  // then none begins
};

/// A worker on a thread of its own.
///
/// Threads: made and watched on the first loop's; work() is its own thread.
class other_worker {
 public:
  other_worker(common_ground& common, std::shared_ptr<worker::team> team, unsigned index)
      : common_(common), team_(std::move(team)), index_(index) {}

  /// Throws: std::system_error when there is no thread to be had.
  void start() {
    const std::string name = "worker-" + std::to_string(index_);
    thread_.emplace(thread_options{.name = name}, [this] { work(); });
  }

  /// Waits for the end of its main task; when cancelled, cancels that first.
  /// Throws: what the main task threw.
  task<> watch() {
    try {
      co_await main_ended_.wait();
      co_return;
    } catch (const cancelled&) {  // told to the worker below: a handler cannot wait for its end
    }
    stop();
    co_await shield(main_ended_.wait());
  }

  /// Lets its loop go, and waits for the thread's end.
  /// Requires: all main tasks have ended.
  task<> dismiss() {
    if (!thread_) co_return;
    if (dismissed_ != nullptr) dismissed_->set_value();
    co_await shield(loop_ended_.wait());
  }

 private:
  void work() noexcept {
    std::exception_ptr error;
    try {
      run_loop();
    } catch (const future_cancelled&) {  // it was told to stop
    } catch (...) {
      error = std::current_exception();
    }
    if (dismissed_ == nullptr) tell_end(error);
    loop_ended_.set_value();
  }

  void run_loop() {
    std::optional<processor_pin> pin;
    common_.pin(index_, pin);
    std::optional<runtime> mine;
    make_loop(mine);
    enlist(&*mine);
    const scope_exit leaving([this] { enlist(nullptr); });
    mine->run(run_main());
  }

  void make_loop(std::optional<runtime>& mine) {
    const scope_fail none_made([this] { common_.give_up(); });
    run_options options = common_.options;
    options.workers = 1;
    options.handle_sigint = options.handle_sigterm = false;  // the first loop's are for all
    mine.emplace(options);
    team_->loops[index_] = loop_handle(mine->loop());
  }

  // A main task that is cancelled takes its loop along, at once: by then all are.
  task<> run_main() {
    common_.all_run.arrive_and_wait();
    if (common_.given_up) co_return;
    std::exception_ptr error;
    try {
      co_await common_.main(worker(std::move(team_), index_));
    } catch (const cancelled&) {
      throw;
    } catch (...) {
      error = std::current_exception();
    }
    completion<> dismissed;
    dismissed_ = &dismissed;
    tell_end(error);
    co_await shield(dismissed.wait());
  }

  void tell_end(const std::exception_ptr& error) noexcept {
    if (error) {
      main_ended_.set_error(error);
    } else {
      main_ended_.set_value();
    }
  }

  void enlist(runtime* mine) noexcept {
    std::lock_guard lock(mutex_);
    running_ = mine;
  }
  void stop() {
    std::lock_guard lock(mutex_);
    if (running_ == nullptr) return;
    loop& home = running_->loop();
    home.post([&home] { home.root().cancel(); });
  }

  common_ground& common_;
  std::shared_ptr<worker::team> team_;  // given away: a loop that nobody knows can be deadlocked
  const unsigned index_;
  completion<> main_ended_;  // these two are the first loop's
  completion<> loop_ended_;
  completion<>* dismissed_ = nullptr;  // its own loop's; set before main_ended_
  std::mutex mutex_;
  runtime* running_ = nullptr;
  std::optional<thread> thread_;  // joined before the rest goes
};

/// Starts the threads, and waits until all have their loops, or not.
/// Returns: what went wrong, or null.
std::exception_ptr start_all(std::deque<other_worker>& others, common_ground& common) {
  std::exception_ptr error;
  auto missing = static_cast<std::ptrdiff_t>(others.size());
  try {
    for (other_worker& each : others) {
      each.start();
      --missing;
    }
  } catch (...) {
    error = std::current_exception();
    common.give_up(missing);
  }
  common.all_run.arrive_and_wait();
  return error;
}

}  // namespace

task<> run_on_workers(run_options options, std::function<task<>(worker)> main) {
  common_ground common(options, main);
  std::optional<processor_pin> pin;
  common.pin(0, pin);

  auto team = std::make_shared<worker::team>(options.workers);
  team->loops[0] = loop_handle(loop::current());
  task_group* running = nullptr;
  team->cancel_all = [first = team->loops[0], &running] {
    first.post([&running] {
      if (running != nullptr) running->cancel();
    });
  };

  std::deque<other_worker> others;
  for (unsigned i = 1; i < options.workers; ++i) others.emplace_back(common, team, i);
  std::exception_ptr error = start_all(others, common);

  auto run_all = [&](task_group& group) {
    running = &group;
    for (other_worker& each : others) group.start(each.watch());
    if (!common.given_up) group.start(main(worker(std::move(team), 0)));
  };
  try {
    if (!error) co_await with_group(run_all);
  } catch (...) {
    error = std::current_exception();
  }
  running = nullptr;
  for (other_worker& each : others) co_await each.dismiss();
  if (error) std::rethrow_exception(error);
}

worker lone_worker(loop& home) {
  auto team = std::make_shared<worker::team>(1);
  team->loops[0] = loop_handle(home);
  return {std::move(team), 0};
}

task<> run_alone(worker me, task<> main) {
  cancel_scope scope;
  me.on_cancel_all([home = me.peer(0), &scope] { home.post([&scope] { scope.cancel(); }); });
  co_await within(scope, std::move(main));
}

run_options with_workers_counted(run_options options) {
  if (options.workers == 0) options.workers = static_cast<unsigned>(allowed_processors().size());
  return options;
}

void refuse_workers(const char* reason) {
  throw std::invalid_argument(std::string("run on several workers: ") + reason);
}

}  // namespace pirn::detail
