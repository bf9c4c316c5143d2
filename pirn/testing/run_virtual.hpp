// run_virtual: runs a task on virtual time, for tests.
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "pirn/core/loop.hpp"
#include "pirn/core/loop_runner.hpp"
#include "pirn/core/task.hpp"
#include "pirn/sim/virtual_driver.hpp"

namespace pirn::testing {

struct virtual_run_options {
  std::uint64_t seed = 0;  ///< of the simulated world, and of the shuffling
  bool shuffle = false;    ///< resume what is ready together in an order drawn from the seed
};
static_assert(std::is_trivially_copyable_v<virtual_run_options>);

/// A loop in a world of its own, where time jumps to the next event when nothing is ready.
class virtual_world {
 public:
  explicit virtual_world(virtual_run_options options = {}, bool record_decisions = false);

  pirn::loop& loop() noexcept { return loop_; }
  virtual_driver& driver() noexcept { return driver_; }

 private:
  virtual_driver driver_;
  pirn::loop loop_;
};

/// Runs the task `fn(args...)` on a virtual driver and a loop of its own, to its end.
/// `fn` and the arguments are used where they are, so a lambda may capture what it likes.
///
/// Returns: what the task returns.
/// Throws:  what the task throws; deadlock_error when it waits for what can never come.
/// Example: `run_virtual([&]() -> task<> { co_await sleep_for(1h); });` takes no time.
template <class Fn, class... Args>
decltype(auto) run_virtual(virtual_run_options options, Fn&& fn, Args&&... args) {
  static_assert(is_task<std::invoke_result_t<Fn&, Args...>>, "run_virtual runs a task");
  virtual_world world(options);
  loop_entry entered(world.loop());
  return loop_runner::run(world.loop(), std::invoke(fn, std::forward<Args>(args)...));
}

template <class Fn, class... Args>
  requires(!std::is_same_v<std::remove_cvref_t<Fn>, virtual_run_options>)
decltype(auto) run_virtual(Fn&& fn, Args&&... args) {
  return run_virtual(virtual_run_options{}, std::forward<Fn>(fn), std::forward<Args>(args)...);
}

}  // namespace pirn::testing
