// to_thread: a blocking call made elsewhere, awaited here.
#pragma once

#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "pirn/base/outcome.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/spawn_call.hpp"
#include "pirn/core/task.hpp"

namespace pirn {

namespace detail {

/// One call on its way through a runner's thread and back.
template <class T, class Call>
class [[nodiscard]] blocking_wait final : public awaitable<blocking_wait<T, Call>>,
                                          private blocking_job,
                                          private inbox_message {
  using base = awaitable<blocking_wait<T, Call>>;

 public:
  explicit blocking_wait(Call& call) noexcept : call_(call) {}
  static constexpr bool selectable = false;

  std::string describe() const override { return "call in a thread"; }

 private:
  friend base;

  bool try_complete() const noexcept { return false; }
  void enqueue() {
    home_ = &this->task_->home();
    home_->outside_work_started();
    home_->blocking().run(*this);
  }
  cancel_answer withdraw() noexcept override { return cancel_answer::refused; }
  T result() { return outcome_.take(); }

  // On the thread that the runner chose. Posting is the last thing: the loop may then end this
  // object.
  void perform() noexcept override {
    try {
      if constexpr (std::is_void_v<T>) {
        call_();
        outcome_.set_value();
      } else {
        outcome_.set_value(call_());
      }
    } catch (...) {
      outcome_.set_error(std::current_exception());
    }
    home_->mail().post(*this);
  }
  void arrived() noexcept override {
    home_->outside_work_ended();
    this->wake();
  }

  Call& call_;
  loop* home_ = nullptr;
  outcome<T> outcome_;
};

template <class T, class Fn, class... Args>
task<T> call_in_thread(Fn fn, Args... args) {
  auto call = [&]() -> T { return std::invoke(std::move(fn), std::move(args)...); };
  blocking_wait<T, decltype(call)> wait(call);
  if constexpr (std::is_void_v<T>) {
    co_await wait;
  } else {
    decltype(auto) value = co_await wait;
    co_return std::forward<T>(value);
  }
}

}  // namespace detail

/// Calls `fn(args...)`, which may block, on a thread of the loop's pool and waits for its result.
/// On virtual time it is called here, at the present instant.
///
/// Throws:   what `fn` throws.
/// Cancel:   refused: a call that has begun ends in its own time; then the next wait throws.
/// Lifetime: `fn` and the arguments are copied or moved into the task.
/// Source:   asyncio.to_thread().
template <class Fn, class... Args>
auto to_thread(Fn&& fn, Args&&... args) {
  static_assert(detail::callable_survives<Fn>, PIRN_CLOSURE_ADVICE);
  using result = std::invoke_result_t<std::decay_t<Fn>, std::decay_t<Args>...>;
  return detail::call_in_thread<result, std::decay_t<Fn>, std::decay_t<Args>...>(
      std::forward<Fn>(fn), std::forward<Args>(args)...);
}

}  // namespace pirn
