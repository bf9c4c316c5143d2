// run: runs a program's main task on a loop of this thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/core/loop.hpp"
#include "pirn/core/loop_runner.hpp"
#include "pirn/core/spawn_call.hpp"
#include "pirn/exec/process_entry.hpp"
#include "pirn/sim/link.hpp"

namespace pirn {

enum class driver_choice : std::uint8_t {
  automatic,  ///< PIRN_DRIVER (io_uring, epoll or virtual) if set, else io_uring where it works,
              ///< else epoll
  io_uring,
  epoll,
  virtual_time,
};

struct run_options {
  driver_choice driver = driver_choice::automatic;
  std::uint64_t seed = 0;  ///< of what a virtual run leaves to chance
  /// The simulated network of a virtual run.
  sim::link_options link{.latency = std::chrono::microseconds(100)};
  /// How long a blocking call or a request to a file takes on virtual time.
  duration blocking_delay{};
  bool shuffle = false;  ///< virtual time only: resume in an order drawn from the seed
  bool record_decisions = false;
  bool debug = false;         ///< report turns over 100 ms on standard error
  bool handle_sigint = true;  ///< SIGINT cancels the main task; a second one has its default action
  unsigned blocking_threads = 32;
  /// Loops that run the main task, each on a thread of its own (0: one a processor); see run().
  unsigned workers = 1;
};

/// A loop with all that it needs: a driver, files, threads for blocking calls. What run() makes for
/// the time of a call. One loop, whatever the options say of workers.
///
/// Threads: made, run and destroyed on one.
class runtime {
 public:
  /// Throws: std::system_error when the chosen driver cannot be had.
  explicit runtime(run_options options = {});
  runtime(runtime&&) = delete;  // its loop points at its driver
  ~runtime();

  pirn::loop& loop() noexcept;
  pirn::driver& driver() noexcept;

  /// Runs one main task to its end; may be called again.
  /// Throws: what it throws; interrupted when SIGINT ended it; deadlock_error.
  template <class T>
  T run(task<T> main) {
    begin();
    try {
      if constexpr (std::is_void_v<T>) {
        loop_runner::run(loop(), std::move(main));
        end();
      } else {
        decltype(auto) result = loop_runner::run(loop(), std::move(main));
        end();
        return std::forward<T>(result);
      }
    } catch (const future_cancelled&) {
      if (end()) throw interrupted();
      throw;
    } catch (...) {
      end();
      throw;
    }
  }

 private:
  struct parts;
  void begin();
  bool end() noexcept;  // whether SIGINT came

  std::unique_ptr<parts> parts_;
};

namespace detail {

/// Runs `main()` on each of `options.workers` loops; this one is the first.
task<> run_on_workers(run_options options, std::function<task<>()> main);
run_options with_workers_counted(run_options options);
/// Throws: std::invalid_argument.
[[noreturn]] void refuse_workers(const char* reason);

template <class Fn, class... Args>
using run_result_t = typename task_of<call_result_t<Fn, Args...>>::value;

}  // namespace detail

/// Runs `fn(args...)`, a task, on a loop of this thread until it has ended, and gives its result.
///
/// With several workers it runs on as many loops at once, each with copies of `fn` and the
/// arguments; it must be a task<>. The first failure, and SIGINT, cancel them all. Listen with
/// `reuse_port` for the kernel to spread connections over them.
///
/// Throws:  what the task throws, with several workers as one exception_group; interrupted when
///          SIGINT (Ctrl-C) ended it, after it has cleaned up; deadlock_error when it waits for
///          what can never come.
/// Threads: one loop a thread at a time.
/// Source:  asyncio.run().
template <class Fn, class... Args>
  requires std::invocable<std::decay_t<Fn>, std::decay_t<Args>...>
auto run(run_options options, Fn&& fn, Args&&... args) {
  options = detail::with_workers_counted(options);
  runtime running(options);
  if (options.workers > 1) {
    if (running.driver().is_virtual()) detail::refuse_workers("virtual time has one loop");
    if constexpr (!std::is_void_v<detail::run_result_t<Fn, Args...>>) {
      detail::refuse_workers("the main task must be a task<>");
    } else if constexpr (!(std::copy_constructible<std::decay_t<Fn>> && ... &&
                           std::copy_constructible<std::decay_t<Args>>)) {
      detail::refuse_workers("the callable and its arguments must be copyable");
    } else {
      running.run(detail::run_on_workers(
          options, [&] { return detail::spawn_call(std::as_const(fn), std::as_const(args)...); }));
      return;
    }
  }
  return running.run(detail::spawn_call(std::forward<Fn>(fn), std::forward<Args>(args)...));
}
template <class Fn, class... Args>
  requires std::invocable<std::decay_t<Fn>, std::decay_t<Args>...>
auto run(Fn&& fn, Args&&... args) {
  return run(run_options{}, std::forward<Fn>(fn), std::forward<Args>(args)...);
}

namespace detail {
/// Prints `program: what happened` and gives the exit status: 130 for interrupted, else 1.
int report_failure(const char* program, const std::exception_ptr& error) noexcept;
}  // namespace detail

/// What `int main` returns: runs `fn`, which takes nothing or the arguments after the program's
/// name, and turns its end into an exit status: what it returns, or 0; 130 when interrupted; 1 with
/// a message on standard error when it fails.
///
/// It calls process_main() first.
template <class Fn>
int run_main(Fn fn, int argc, char** argv) {
  process_main(argc, argv);
  try {
    auto start = [&] {
      if constexpr (std::invocable<Fn&, std::vector<std::string_view>>) {
        return run(fn, std::vector<std::string_view>(argv + 1, argv + argc));
      } else {
        return run(fn);
      }
    };
    if constexpr (std::is_void_v<decltype(start())>) {
      start();
      return 0;
    } else {
      return start();
    }
  } catch (...) {
    return detail::report_failure(argc > 0 ? argv[0] : "pirn", std::current_exception());
  }
}

}  // namespace pirn
