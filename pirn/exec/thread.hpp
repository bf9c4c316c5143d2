// thread: a thread with a name that can be asked to stop, and whose error is not lost.
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "pirn/base/time.hpp"

namespace pirn {

/// How a thread is made.
struct thread_options {
  /// What the kernel shows of it is cut to 15 bytes. Empty: thread-1, thread-2, ...
  std::string_view name = {};
};

namespace detail {

class thread_state;

/// Whether Fn may be called with Args, or with a stop token before them.
template <class Fn, class... Args>
concept thread_function = std::invocable<std::decay_t<Fn>, std::decay_t<Args>...> ||
                          std::invocable<std::decay_t<Fn>, std::stop_token, std::decay_t<Args>...>;

/// A call with its own copies of what it needs, made once, on the new thread.
template <class Fn, class... Args>
auto thread_body(Fn&& fn, Args&&... args) {
  return [fn = std::decay_t<Fn>(std::forward<Fn>(fn)),
          args = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)](
             [[maybe_unused]] std::stop_token stop) mutable {
    auto call = [&](auto&&... given) -> decltype(auto) {
      if constexpr (std::invocable<std::decay_t<Fn>, std::stop_token, std::decay_t<Args>...>) {
        return std::invoke(std::move(fn), std::move(stop), std::move(given)...);
      } else {
        return std::invoke(std::move(fn), std::move(given)...);
      }
    };
    static_assert(std::is_void_v<decltype(std::apply(call, std::move(args)))>,
                  "a thread returns nothing: for a result, submit the call to an executor");
    std::apply(call, std::move(args));
  };
}

}  // namespace detail

/// Runs a call on a thread of its own. At its end the thread is asked to stop and is joined: it
/// never outlives this object.
///
///     pirn::thread worker{{.name = "countdown"}, countdown, 10};
///     ...
///     worker.stop();  // asks; countdown() looks at pirn::this_thread::should_stop()
///     worker.join();  // throws what countdown() threw
///
/// The callable and its arguments are copied, or moved, into the thread; it gets a std::stop_token
/// before them if it takes one. What it throws is thrown by join(). Destroying a thread that
/// failed, where nobody has seen its failure, calls std::terminate with it: so does std::thread,
/// but at once.
///
/// Threads:  stop(), stop_token(), done() and name() from any thread; the rest from one at a time.
/// Cost:     a thread and two allocations; for many short calls there is thread_pool.
/// Source:   threading.Thread; std::jthread, which has neither a name nor its errors.
/// Example:  examples/28_countdown.cpp
class [[nodiscard]] thread {
 public:
  /// Throws: std::system_error when there are no more threads to be had.
  template <class Fn, class... Args>
    requires detail::thread_function<Fn, Args...>
  explicit thread(Fn&& fn, Args&&... args)
      : thread(thread_options{}, std::forward<Fn>(fn), std::forward<Args>(args)...) {}
  template <class Fn, class... Args>
    requires detail::thread_function<Fn, Args...>
  thread(thread_options options, Fn&& fn, Args&&... args)
      : thread(options.name,
               body(detail::thread_body(std::forward<Fn>(fn), std::forward<Args>(args)...))) {}

  thread(thread&&) noexcept;
  /// Ends the thread that was here before, as the destructor does.
  thread& operator=(thread&&) noexcept;
  ~thread();

  const std::string& name() const noexcept;

  /// Asks the thread to stop. It does so when it looks: should_stop(), sleep_for() and waits with
  /// the stop token see it.
  /// Returns: whether this is the first time.
  bool stop() noexcept;
  std::stop_token stop_token() const noexcept;

  /// Whether the call has ended.
  bool done() const;

  /// Blocks until the call has ended; again, if called again.
  /// Throws: what the call threw; std::logic_error on a loop's thread, where it would stop the
  ///         loop: `co_await` to_thread() there.
  void join();
  /// The same, for at most `limit`.
  /// Returns: whether the call has ended; a limit that passes is no error.
  bool join_for(duration limit);

  /// What the call threw, or null; blocks like join(), and counts as having seen it.
  std::exception_ptr failure();

 private:
  using body = std::move_only_function<void(std::stop_token)>;
  thread(std::string_view name, body run);
  detail::thread_state& state() const noexcept;
  bool wait(std::optional<duration> limit);
  void end() noexcept;

  std::unique_ptr<detail::thread_state> state_;  // null when moved from
};

/// Joins them all, whatever they throw.
/// Throws: exception_group of what they threw, in their order, when any did; std::logic_error on a
///         loop's thread, as join().
void join_all(std::span<thread> threads);

/// What a thread can say of itself, from any depth of calls. In threads that are no pirn::thread
/// nobody asks it to stop.
namespace this_thread {

/// For waits of the standard library: `condition.wait(lock, stop_token(), predicate)` of a
/// std::condition_variable_any ends when this thread is asked to stop.
std::stop_token stop_token() noexcept;

/// Whether this thread has been asked to stop.
bool should_stop() noexcept;

/// Sleeps, until this thread is asked to stop at the latest.
/// Returns: whether it has slept for all of `length`.
bool sleep_for(duration length);

/// The name in full; of a thread that is no pirn::thread what the kernel has of it.
std::string name();

}  // namespace this_thread

}  // namespace pirn
