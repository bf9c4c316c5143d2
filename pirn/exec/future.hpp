// future: a result that is made elsewhere: on another thread, in another process, at a later
// moment.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

#include "pirn/base/time.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/frame.hpp"
#include "pirn/exec/future_state.hpp"
#include "pirn/exec/future_wait.hpp"

namespace pirn {

namespace detail {

/// A callback that waits for the end; it frees itself.
template <class Future, class Callback>
class done_callback final : public future_observer {
  using state_type = typename Future::state_type;

 public:
  done_callback(state_type& state, Callback callback)
      : state_(state), callback_(std::move(callback)) {}

  // The state is alive: who ends it holds it.
  void settled() noexcept override {
    const std::unique_ptr<done_callback> self(this);
    Future ended(share(state_));
    callback_(ended);
  }

 private:
  state_type& state_;
  Callback callback_;
};

}  // namespace detail

/// A future whose value's type is not known: futures of all kinds can be kept, watched and
/// cancelled together. Copies share one state.
///
/// Threads: any member from any thread; one handle is one thread's at a time.
class future_base {
 public:
  using state_type = detail::future_state;

  explicit future_base(detail::state_ref<detail::future_state> state) noexcept
      : state_(std::move(state)) {}

  future_status status() const noexcept { return state().status(); }
  bool running() const noexcept { return status() == future_status::running; }
  bool cancelled() const noexcept { return status() == future_status::cancelled; }
  /// Whether it has ended: finished or cancelled.
  bool done() const noexcept { return state().is_settled(); }

  /// Cancels what has not begun. Those who wait are told, and callbacks called, within this call.
  /// Returns: whether it is cancelled, by this call or before.
  bool cancel() noexcept { return state().cancel(); }

  /// Blocks this thread until the end, at most for `limit`; a thread of the executor's makes the
  /// call itself if it has not begun, however long that takes.
  /// Returns: what the call threw, or null.
  /// Throws:  future_cancelled; timeout_error; std::bad_alloc where this thread would have made the
  ///          call, which is then still pending; std::logic_error on a loop's own thread, where it
  ///          would stop the loop: `co_await` the future there.
  std::exception_ptr exception(std::optional<duration> limit = std::nullopt) const {
    wait_here(limit);
    return state().error();
  }

  /// Calls `callback(future)`, which must not throw, when it is done: on the thread that ends it,
  /// or here and now if it is. Callbacks are called in the order in which they were added, and
  /// destroyed after that. One that throws ends the program.
  /// Cost: an allocation.
  template <class Callback>
  void add_done_callback(Callback callback) const {
    when_done<future_base>(state(), std::move(callback));
  }

  /// For those who watch several.
  detail::future_state& state() const noexcept {
    PIRN_ASSERT(state_, "a future that was moved from is used");
    return *state_;
  }

 protected:
  /// Throws: as exception() does.
  void wait_here(std::optional<duration> limit) const;

  template <class Future, class Callback>
  static void when_done(typename Future::state_type& state, Callback callback) {
    using observer = detail::done_callback<Future, Callback>;
    auto waiting = std::make_unique<observer>(state, std::move(callback));
    observer& told = *waiting.release();
    if (!state.observe(told)) told.settled();
  }

 private:
  detail::state_ref<detail::future_state> state_;
};

/// A result to come, made by an executor or kept by a promise. Copies share it.
///
/// `co_await f` on a loop gives the value by reference; `co_await std::move(f)`, as `co_await
/// pool.submit(...)` does, moves the value out, and copies of the future find it moved from.
///
/// Cancel: of that waiter detaches it, and cancels the future if it has not begun.
/// Source: concurrent.futures.Future.
template <class T>
class future : public future_base {
  using reference = std::add_lvalue_reference_t<T>;

 public:
  using value_type = T;
  using state_type = detail::typed_future_state<T>;

  explicit future(detail::state_ref<state_type> state) noexcept : future_base(std::move(state)) {}

  /// Blocks like exception() until the result is there, at most for `limit`. On a temporary, or a
  /// future that is moved from, it moves the value out.
  /// Throws: what the call threw; what exception() throws.
  reference result(std::optional<duration> limit = std::nullopt) const& {
    wait_here(limit);
    if constexpr (std::is_void_v<T>) {
      typed().result.take();
    } else {
      return typed().result.value();
    }
  }
  T result(std::optional<duration> limit = std::nullopt) && {
    wait_here(limit);
    return typed().result.take();
  }

  /// As future_base's; the callback is given the future<T>.
  template <class Callback>
  void add_done_callback(Callback callback) const {
    this->template when_done<future>(typed(), std::move(callback));
  }

  detail::future_wait<T, reference> awaited_by(frame_base& caller) const& {
    return {caller.record(), detail::share(typed())};
  }
  detail::future_wait<T, T> awaited_by(frame_base& caller) && {
    return {caller.record(), detail::share(typed())};
  }

 private:
  state_type& typed() const noexcept { return static_cast<state_type&>(state()); }
};

/// "pending", "running", "cancelled", "finished".
std::string_view to_string(future_status status) noexcept;

/// "<future pending>", "<future running>", "<future cancelled>", "<future finished returned int>",
/// "<future finished raised std::runtime_error>". fmt prints the same.
std::string to_string(const future_base& shown);

namespace detail {

/// Pads like a string. Out of line, so that users need not read all of fmt.
struct future_formatter : fmt::formatter<std::string_view> {
  fmt::format_context::iterator format(const future_base& shown,
                                       fmt::format_context& context) const;
};

}  // namespace detail
}  // namespace pirn

template <class Future>
  requires std::is_base_of_v<pirn::future_base, Future>
struct fmt::formatter<Future> : pirn::detail::future_formatter {};
