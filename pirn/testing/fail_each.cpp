#include "pirn/testing/fail_each.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/platform/epoll_driver.hpp"
#include "pirn/platform/kernel_files.hpp"
#include "pirn/platform/uring_driver.hpp"
#include "pirn/run/virtual_blocking.hpp"
#include "pirn/sim/virtual_driver.hpp"
#include "pirn/testing/bounded.hpp"
#include "pirn/testing/census.hpp"
#include "pirn/testing/faulty_driver.hpp"

namespace pirn::testing {

namespace {

/// What run() makes, with a faulty driver between the loop and its driver.
class faulty_world {
 public:
  faulty_world(driver_choice choice, fault what) : inner_(make(choice)), driver_(*inner_, what) {
    inner_->attach(loop_.mail());
    if (inner_->is_virtual()) {
      loop_.lend(in_turn_);
    } else {
      loop_.lend(threads_);
    }
  }
  ~faulty_world() { in_turn_.perform_rest(loop_); }

  faulty_driver& driver() noexcept { return driver_; }
  pirn::driver& inner() noexcept { return *inner_; }
  pirn::loop& loop() noexcept { return loop_; }

 private:
  std::unique_ptr<pirn::driver> make(driver_choice choice) {
    if (choice == driver_choice::virtual_time) {
      return std::make_unique<virtual_driver>(virtual_options{.files = &kernel_files()});
    }
    if (choice == driver_choice::io_uring) {
      auto ring = make_uring_driver();
      if (!ring) throw std::system_error(ring.error(), "io_uring cannot be used here");
      return *std::move(ring);
    }
    return make_epoll_driver({.files = kernel_files(), .runner = &threads_});
  }

  thread_pool threads_{4};
  virtual_blocking in_turn_{duration{}};
  std::unique_ptr<pirn::driver> inner_;
  faulty_driver driver_;
  pirn::loop loop_{driver_};
};

[[noreturn]] void fail(const failed_run& run, const std::string& left = {}) {
  const std::string what = left.empty() ? "" : "left behind: " + left + "\n";
  throw std::runtime_error(what + run.describe());
}

/// Runs a program once, with one call that fails.
class failing_runner {
 public:
  failing_runner(const program_maker& make, const fail_each_options& options)
      : make_(make), options_(options) {}

  /// `call`: zero for a run without a failure.
  failed_run run(std::size_t call) {
    failed_run result;
    result.call = call;
    const census before;
    run_once(result);
    if (const std::string left = before.left_behind(); !left.empty()) fail(result, left);
    return result;
  }

 private:
  void run_once(failed_run& result) {
    faulty_world world(options_.driver, {.call = result.call, .error = options_.error});
    faulty_driver& driver = world.driver();
    driver.limit_polls(polls_max_);
    bool is_stuck = false;
    try {
      loop_runner::run(world.loop(), detail::bounded(make_, driver.is_virtual()));
    } catch (const deadlock_error&) {
      is_stuck = true;
      result.error = std::current_exception();
    } catch (...) {
      result.error = std::current_exception();
    }
    result.what = driver.failed();
    if (is_stuck) fail(result);
    if (result.call == 0) polls_max_ = 1000 + 100 * driver.polls();
    if (!world.loop().timers().empty()) fail(result, "timers");
    if (const std::string held = held_by(world.inner()); !held.empty()) fail(result, held);
  }

  const program_maker& make_;
  const fail_each_options& options_;
  std::size_t polls_max_ = SIZE_MAX;
};

}  // namespace

std::string failed_run::describe() const {
  std::string text = "without a failure";
  if (call > 0) text = "call " + std::to_string(call) + " failed: " + what;
  if (error) text += "\nit threw " + describe_exception(error);
  return text;
}

std::size_t fail_each_call(const program_maker& make,
                           const std::function<void(const failed_run&)>& check,
                           fail_each_options options) {
  failing_runner runner(make, options);
  for (std::size_t call = 0;; ++call) {
    const failed_run run = runner.run(call);
    if (call > 0 && run.what.empty()) return call;
    check(run);
  }
}

}  // namespace pirn::testing
