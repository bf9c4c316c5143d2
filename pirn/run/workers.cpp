// workers: one main task on several loops, each on a thread of its own.
#include <functional>
#include <mutex>
#include <stdexcept>

#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/run/run.hpp"

namespace pirn::detail {

namespace {

/// A loop of another thread, which can be told to stop.
class worker {
 public:
  worker(const run_options& options, const std::function<task<>()>& main)
      : options_(options), main_(main) {}

  /// Runs the main task to its end, on this thread.
  void run() {
    runtime mine(options_);
    if (!enlist(mine)) return;
    struct guard {
      worker& self;
      ~guard() { self.delist(); }
    } listed{*this};
    mine.run(main_());
  }

  /// Cancels the main task.
  /// Threads: any.
  void stop() noexcept {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    if (running_ == nullptr) return;
    loop& home = running_->loop();
    home.post([&home] { home.root().cancel(); });
  }

 private:
  bool enlist(runtime& mine) {
    std::lock_guard lock(mutex_);
    running_ = &mine;
    return !stopped_;
  }
  void delist() noexcept {
    std::lock_guard lock(mutex_);
    running_ = nullptr;
  }

  const run_options& options_;
  const std::function<task<>()>& main_;
  std::mutex mutex_;
  runtime* running_ = nullptr;
  bool stopped_ = false;
};

/// Runs a worker on a thread of `threads`, and stops it when the waiter is cancelled.
task<> run_worker(thread_pool& threads, const run_options& options,
                  const std::function<task<>()>& main) {
  worker other(options, main);
  future<void> ended = threads.submit([&other] { other.run(); });
  try {
    co_await ended;
    co_return;
  } catch (const cancelled&) {  // told to the worker below: a handler cannot wait for its end
  }
  other.stop();
  try {
    co_await shield(ended);
  } catch (const future_cancelled&) {  // it stopped, or had not begun
  }
}

}  // namespace

task<> run_on_workers(run_options options, std::function<task<>()> main) {
  thread_pool threads(options.workers - 1);
  run_options others = options;
  others.workers = 1;
  others.handle_sigint = false;  // this loop's is for all
  auto start_all = [&](task_group& group) {
    for (unsigned i = 1; i < options.workers; ++i) group.start(run_worker(threads, others, main));
    group.start(main());
  };
  co_await with_group(start_all);
}

run_options with_workers_counted(run_options options) {
  if (options.workers == 0) options.workers = std::max(1U, std::thread::hardware_concurrency());
  return options;
}

void refuse_workers(const char* reason) {
  throw std::invalid_argument(std::string("run on several workers: ") + reason);
}

}  // namespace pirn::detail
