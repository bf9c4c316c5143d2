#include "pirn/testing/cancel_each.hpp"

#include <stdexcept>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/core/scope_walk.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/testing/bounded.hpp"
#include "pirn/testing/census.hpp"

namespace pirn::testing {

namespace {

/// The task with this id, or null when it has ended; the main task is the first in the tree.
task_record* find_task(loop& home, const std::uint64_t* id) {
  scope_node& root = home.root();
  for (scope_node* each = &root; each != nullptr; each = next_in_tree(*each, root)) {
    if (each->type() != scope_node::kind::task) continue;
    auto& task = static_cast<task_record&>(*each);
    if (id == nullptr || task.id() == *id) return &task;
  }
  return nullptr;
}

// Begins with a suspension, so that one of the points is before the program's start.
task<> guarded(const program_maker& make, cancelled_run& run, bool is_virtual) {
  try {
    co_await yield_now();
    co_await detail::bounded(make, is_virtual);
  } catch (const cancelled&) {
    run.was_cancelled = true;
  } catch (const deadlock_error&) {
    throw;
  } catch (...) {
    run.error = std::current_exception();
  }
}

/// Runs a program once, and cancels after a number of resumptions.
class cancelling_runner {
 public:
  cancelling_runner(const program_maker& make, const cancel_each_options& options)
      : make_(make), options_(options) {}

  /// `point`: zero for a run without a cancel.
  cancelled_run run(std::size_t point) {
    cancelled_run result;
    result.point = point;
    const census before;
    run_once(result);
    if (point == 0) resumptions_most_ = 1000 + 100 * resumptions_;
    if (const std::string left = before.left_behind(); !left.empty()) fail(result, left);
    return result;
  }

  std::size_t resumptions() const noexcept { return resumptions_; }

 private:
  void run_once(cancelled_run& result) {
    runtime world({.driver = options_.driver,
                   .seed = options_.seed,
                   .shuffle = options_.shuffle,
                   .record_decisions = true,
                   .handle_sigint = false,
                   .handle_sigterm = false});
    resumptions_ = 0;
    world.loop().on_resumed = [&](std::uint64_t id) { resumed(world.loop(), id, result); };
    try {
      world.run(guarded(make_, result, world.driver().is_virtual()));
    } catch (const deadlock_error&) {
      result.error = std::current_exception();
      if (options_.target == cancel_target::main_task) fail(result);
    } catch (const future_cancelled&) {  // noted
    }
    if (!world.loop().timers().empty()) fail(result, "timers");
    if (const std::string held = held_by(world.driver()); !held.empty()) fail(result, held);
  }

  void resumed(loop& home, std::uint64_t id, cancelled_run& result) {
    ++resumptions_;
    PIRN_ASSERT(resumptions_ < resumptions_most_, "a program ends when it is cancelled");
    if (resumptions_ != result.point) return;
    const bool whole = options_.target == cancel_target::main_task;
    task_record* target = find_task(home, whole ? nullptr : &id);
    if (target == nullptr) return;
    result.tasks = home.dump_tasks();
    target->cancel();
  }

  [[noreturn]] static void fail(const cancelled_run& run, const std::string& left = {}) {
    const std::string what = left.empty() ? "" : "left behind: " + left + "\n";
    throw std::runtime_error(what + run.describe());
  }

  const program_maker& make_;
  const cancel_each_options& options_;
  std::size_t resumptions_ = 0;
  std::size_t resumptions_most_ = 100'000'000;
};

}  // namespace

std::string cancelled_run::describe() const {
  std::string text =
      point == 0 ? "without a cancel" : "cancelled at point " + std::to_string(point);
  if (!tasks.empty()) text += ", at\n" + tasks;
  if (error) text += "\nit threw " + describe_exception(error);
  return text;
}

void expect_no_error(const cancelled_run& run) {
  if (run.error) throw std::runtime_error(run.describe());
}

std::size_t cancel_each_await(const program_maker& make, const run_check& check,
                              cancel_each_options options) {
  cancelling_runner runner(make, options);
  check(runner.run(0));
  for (std::size_t point = 1;; ++point) {
    const cancelled_run run = runner.run(point);
    if (runner.resumptions() < point) return point;
    check(run);
  }
}

}  // namespace pirn::testing
