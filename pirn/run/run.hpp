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
#include "pirn/exec/worker.hpp"
#include "pirn/run/ended_by_signal.hpp"
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
  bool debug = false;          ///< report turns over 100 ms on standard error
  bool handle_sigint = true;   ///< SIGINT cancels the main task; a second signal ends the program
  bool handle_sigterm = true;  ///< SIGTERM does the same
  unsigned blocking_threads = 32;
  /// Loops that run the main task, each on a thread of its own (0: one a processor); see run().
  unsigned workers = 1;
  /// Keep each of several workers on one of the processors that the program may use, in turn.
  bool pin_workers = true;
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
  /// Throws: what it throws; ended_by_signal; deadlock_error.
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
      if (const int number = end()) throw ended_by_signal(number);
      throw;
    } catch (...) {
      end();
      throw;
    }
  }

 private:
  struct parts;
  void begin();
  int end() noexcept;  // the signal that came, or 0

  std::unique_ptr<parts> parts_;
};

namespace detail {

template <class Fn, class... Args>
inline constexpr bool takes_worker =
    std::invocable<std::decay_t<Fn>, worker, std::decay_t<Args>...>;

/// What run() can run: with these arguments, or with a worker before them.
template <class Fn, class... Args>
concept main_callable =
    takes_worker<Fn, Args...> || std::invocable<std::decay_t<Fn>, std::decay_t<Args>...>;

/// The main task of a worker; one that does not ask who it is is not told.
template <class Fn, class... Args>
auto call_main(worker me, Fn&& fn, Args&&... args) {
  if constexpr (takes_worker<Fn, Args...>) {
    return spawn_call(std::forward<Fn>(fn), std::move(me), std::forward<Args>(args)...);
  } else {
    return spawn_call(std::forward<Fn>(fn), std::forward<Args>(args)...);
  }
}

template <class Fn, class... Args>
using main_task_t =
    decltype(call_main(std::declval<worker>(), std::declval<Fn>(), std::declval<Args>()...));

/// Runs `main(worker)` on each of `options.workers` loops; this one is the first.
task<> run_on_workers(run_options options, std::function<task<>(worker)> main);
/// A worker without others, on `home`.
worker lone_worker(loop& home);
/// Runs its main task; cancel_all() ends it.
task<> run_alone(worker me, task<> main);
run_options with_workers_counted(run_options options);
/// Throws: std::invalid_argument.
[[noreturn]] void refuse_workers(const char* reason);

}  // namespace detail

/// Runs `fn(args...)`, a task, on a loop of this thread until it has ended, and gives its result.
///
/// With several workers it runs on as many loops at once, each on its own processor (pin_workers),
/// with copies of `fn` and the arguments; it must be a task<>. A `worker` as its first parameter
/// tells `fn` which it is and how to reach the others. The first failure, a signal, and
/// worker::cancel_all() cancel them all; they have all ended when run() returns. Listen with
/// `reuse_port` for the kernel to spread connections over them.
///
/// SIGINT (Ctrl-C) and SIGTERM, by which service managers and containers end programs, cancel it
/// unless the program ignores or handles them itself, or a signal_stream has them; a second one
/// ends the program at once. Of runs in several threads both cancel all whose options say so.
///
/// Throws:  what the task throws, with several workers as one exception_group; ended_by_signal, an
///          interrupted, when a signal ended it, after it has cleaned up; deadlock_error when it
///          waits for what can never come.
/// Threads: one loop a thread at a time.
/// Source:  asyncio.run(), which leaves SIGTERM to the program.
/// Example: examples/34_run_on.cpp
template <class Fn, class... Args>
  requires detail::main_callable<Fn, Args...>
auto run(run_options options, Fn&& fn, Args&&... args) {
  using main_task = detail::main_task_t<Fn, Args...>;
  options = detail::with_workers_counted(options);
  runtime running(options);
  if (options.workers > 1) {
    if (running.driver().is_virtual()) detail::refuse_workers("virtual time has one loop");
    if constexpr (!std::is_same_v<main_task, task<>>) {
      detail::refuse_workers("the main task must be a task<>");
    } else if constexpr (!(std::copy_constructible<std::decay_t<Fn>> && ... &&
                           std::copy_constructible<std::decay_t<Args>>)) {
      detail::refuse_workers("the callable and its arguments must be copyable");
    } else {
      auto call_copies = [&](worker me) {
        return detail::call_main(std::move(me), std::as_const(fn), std::as_const(args)...);
      };
      running.run(detail::run_on_workers(options, call_copies));
      return;
    }
  }
  if constexpr (!detail::takes_worker<Fn, Args...>) {
    return running.run(detail::spawn_call(std::forward<Fn>(fn), std::forward<Args>(args)...));
  } else {
    worker me = detail::lone_worker(running.loop());
    auto main = detail::call_main(me, std::forward<Fn>(fn), std::forward<Args>(args)...);
    if constexpr (std::is_same_v<main_task, task<>>) {
      return running.run(detail::run_alone(std::move(me), std::move(main)));
    } else {
      return running.run(std::move(main));
    }
  }
}
template <class Fn, class... Args>
  requires detail::main_callable<Fn, Args...>
auto run(Fn&& fn, Args&&... args) {
  return run(run_options{}, std::forward<Fn>(fn), std::forward<Args>(args)...);
}

namespace detail {
/// Prints `program: what happened` and gives the exit status, 1; that of a signal, without a word.
int report_failure(const char* program, const std::exception_ptr& error) noexcept;
}  // namespace detail

/// What `int main` returns: runs `fn`, which takes nothing or the arguments after the program's
/// name, and turns its end into an exit status: what it returns, or 0; 130 after SIGINT, 143 after
/// SIGTERM; 1 with a message on standard error when it fails.
///
/// It calls process_main() first. With `workers` it runs `fn` on each of so many loops, as run()
/// does.
template <class Fn>
int run_main(run_options options, Fn fn, int argc, char** argv) {
  process_main(argc, argv);
  try {
    auto start = [&] {
      if constexpr (detail::main_callable<Fn&, std::vector<std::string_view>>) {
        return run(options, fn, std::vector<std::string_view>(argv + 1, argv + argc));
      } else {
        return run(options, fn);
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
template <class Fn>
int run_main(Fn fn, int argc, char** argv) {
  return run_main(run_options{}, std::move(fn), argc, argv);
}

}  // namespace pirn
