// run_in_executor: a call made by an executor, awaited as part of a task.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/core/spawn_call.hpp"
#include "pirn/core/task.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/future_wait.hpp"

namespace pirn {

namespace detail {

/// Submits a call when it is awaited, and waits for its end.
template <class T, class Submit>
class [[nodiscard]] call_wait final : public awaitable<call_wait<T, Submit>, future_wait_base> {
  using base = awaitable<call_wait<T, Submit>, future_wait_base>;

 public:
  /// `outside`: nothing of this loop is needed to make the call.
  call_wait(Submit& submit, std::string_view where, bool outside, std::stop_source* stop) noexcept
      : base(on_leaving::wait_if_begun),
        submit_(submit),
        where_(where),
        outside_(outside),
        stop_(stop) {}

  std::string describe() const override { return "call in " + std::string(where_); }

 private:
  friend base;

  bool try_complete() {
    future<T> made = submit_();
    this->wait_for(share(made.state()));
    // Virtual time stands still while another thread works, as it does for a call made here.
    if (outside_ && this->waiter()->home().driver().is_virtual()) this->state().wait(std::nullopt);
    return base::try_complete();
  }
  cancel_answer withdraw() noexcept override {
    const cancel_answer answer = base::withdraw();
    if (answer != cancel_answer::gone && stop_ != nullptr) stop_->request_stop();
    return answer;
  }
  T result() { return result_of<T>(static_cast<typed_future_state<T>&>(this->state())); }

  Submit& submit_;
  std::string_view where_;
  bool outside_;
  std::stop_source* stop_;
};

template <class T, class Submit>
task<T> await_call(Submit& submit, std::string_view where, bool outside,
                   std::stop_source* stop = nullptr) {
  call_wait<T, Submit> wait(submit, where, outside, stop);
  if constexpr (std::is_void_v<T>) {
    co_await wait;
  } else {
    decltype(auto) value = co_await wait;
    co_return std::forward<T>(value);
  }
}

template <class Fn, class... Args>
inline constexpr bool takes_stop_token = std::is_invocable_v<Fn, std::stop_token, Args...>;

template <class T, class Executor, class Fn, class... Args>
task<T> call_in_frame(Executor executor, Fn fn, Args... args) {
  using where = std::remove_cvref_t<std::unwrap_reference_t<Executor>>;
  where& target = executor;
  constexpr bool outside = !calls_on_loop<where>;
  if constexpr (takes_stop_token<Fn, Args...>) {
    std::stop_source stop;
    auto submit = [&] {
      return target.submit(std::move(fn), stop.get_token(), std::move(args)...);
    };
    co_return co_await await_call<T>(submit, target.name(), outside, &stop);
  } else {
    auto submit = [&] { return target.submit(std::move(fn), std::move(args)...); };
    co_return co_await await_call<T>(submit, target.name(), outside);
  }
}

/// What the future gives of a call that is submitted with copies of these.
template <class Executor, class Fn, class... Args>
struct result_by_executor {
  using type = typename decltype(std::declval<Executor&>().submit(
      std::declval<Fn>(), std::declval<Args>()...))::value_type;
};
template <class Executor, class Fn, class... Args>
  requires takes_stop_token<Fn, Args...>
struct result_by_executor<Executor, Fn, Args...> {
  using type = typename decltype(std::declval<Executor&>().submit(
      std::declval<Fn>(), std::stop_token(), std::declval<Args>()...))::value_type;
};

/// `executor`: one, or a std::reference_wrapper of one that outlives the task.
template <class Executor, class Fn, class... Args>
auto call_in_executor(Executor executor, Fn&& fn, Args&&... args) {
  using where = std::remove_cvref_t<std::unwrap_reference_t<Executor>>;
  using result = typename result_by_executor<where, std::decay_t<Fn>, std::decay_t<Args>...>::type;
  return call_in_frame<result, Executor, std::decay_t<Fn>, std::decay_t<Args>...>(
      std::move(executor), std::forward<Fn>(fn), std::forward<Args>(args)...);
}

}  // namespace detail

/// Calls `fn(args...)` by an executor and waits for its result. If `fn` takes a std::stop_token
/// first, it is given one. On virtual time an executor with threads of its own is waited for at the
/// present instant; a virtual_executor's calls take their simulated time.
///
/// Throws:   what `fn` throws; what submitting throws; future_cancelled when the executor drops the
///           call.
/// Cancel:   withdraws a call that has not begun. One that runs is asked to stop through its token
///           and waited for; then the next wait throws.
/// Lifetime: `fn` and the arguments are copied or moved into the task; the executor must outlive
///           it.
/// Source:   asyncio's loop.run_in_executor().
template <executor Executor, class Fn, class... Args>
auto run_in_executor(Executor& where, Fn&& fn, Args&&... args) {
  static_assert(detail::callable_survives<Fn>, PIRN_CLOSURE_ADVICE);
  return detail::call_in_executor(std::ref(where), std::forward<Fn>(fn),
                                  std::forward<Args>(args)...);
}

}  // namespace pirn
