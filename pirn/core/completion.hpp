// completion: something that happens once, outside: how callbacks and foreign awaitables reach a
// task.
#pragma once

#include <atomic>
#include <coroutine>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "pirn/base/outcome.hpp"
#include "pirn/core/frame_pool.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task.hpp"
#include "pirn/core/wait_list.hpp"

namespace pirn {

/// A result that someone else sets once, from this thread or another, and that tasks wait for.
/// While it is unset it counts as work in progress elsewhere: a loop that waits for it is not
/// deadlocked.
///
/// Threads:  set_value and set_error from any thread, once (asserted); the rest on its loop's. A
///           loop on virtual time waits for no other thread.
/// Lifetime: must outlive the setter's call and every waiter.
/// Source:   asyncio.Future.
template <class T = void>
class completion final : private inbox_message {
 public:
  completion() : loop_(loop::current()) { loop_.outside_work_started(); }
  ~completion() {
    if (settled_) return;
    loop_.outside_work_ended();
    if (posted_.load()) loop_.mail().withdraw(*this);
  }

  /// Whether tasks can see that it is set.
  bool is_set() const noexcept { return settled_; }

  /// Throws: what making the value throws; then it is not set.
  template <class... Args>
  void set_value(Args&&... args) {
    PIRN_ASSERT(outcome_.empty(), "a completion is set once");
    outcome_.set_value(std::forward<Args>(args)...);
    deliver();
  }
  void set_error(std::exception_ptr error) noexcept {
    PIRN_ASSERT(outcome_.empty(), "a completion is set once");
    outcome_.set_error(std::move(error));
    deliver();
  }

  /// Waits until it is set. Gives the value by reference; throws the error.
  /// Cancel: leaves the queue; what is set later is kept.
  class [[nodiscard]] wait_type final : public awaitable<wait_type, list_wait> {
   public:
    explicit wait_type(completion& awaited) noexcept
        : awaitable<wait_type, list_wait>(awaited.waiters_), awaited_(awaited) {}
    std::string describe() const override { return "completion"; }

   private:
    friend class awaitable<wait_type, list_wait>;
    bool try_complete() const noexcept { return awaited_.settled_; }
    decltype(auto) result() {
      if constexpr (std::is_void_v<T>) {
        awaited_.outcome_.take();
      } else {
        return awaited_.outcome_.value();
      }
    }
    completion& awaited_;
  };
  wait_type wait() noexcept { return wait_type(*this); }

 private:
  void deliver() noexcept {
    if (loop::current_or_null() == &loop_) return arrived();
    loop& home = loop_;  // from the store on a waiter may end this object
    posted_.store(true);
    home.mail().post(*this);
  }
  void arrived() noexcept override {
    settled_ = true;
    loop_.outside_work_ended();
    waiters_.wake_all();
  }

  loop& loop_;
  outcome<T> outcome_;
  wait_list waiters_;
  std::atomic<bool> posted_{false};
  bool settled_ = false;
};

namespace detail {

/// A coroutine that runs a foreign awaitable and frees itself; nothing awaits it but a completion.
struct foreign_call {
  struct promise_type : pooled_frame {
    foreign_call get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }  // all is caught inside
  };
};

template <class Awaitable>
concept has_member_co_await =
    requires(Awaitable&& a) { std::forward<Awaitable>(a).operator co_await(); };
template <class Awaitable>
concept has_free_co_await =
    requires(Awaitable&& a) { operator co_await(std::forward<Awaitable>(a)); };

template <class Awaitable>
decltype(auto) foreign_awaiter(Awaitable&& awaitable) {
  if constexpr (has_member_co_await<Awaitable>) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (has_free_co_await<Awaitable>) {
    return operator co_await(std::forward<Awaitable>(awaitable));
  } else {
    return std::forward<Awaitable>(awaitable);
  }
}

template <class Awaitable>
using foreign_result_t = decltype(foreign_awaiter(std::declval<Awaitable>()).await_resume());

template <class Awaitable, class T>
foreign_call run_foreign(Awaitable awaitable, completion<T>& done) {
  std::exception_ptr error;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(awaitable);
      done.set_value();
      co_return;
    } else {
      T value = co_await std::move(awaitable);
      done.set_value(std::move(value));
      co_return;
    }
  } catch (...) {
    error = std::current_exception();
  }
  done.set_error(std::move(error));
}

}  // namespace detail

/// A foreign awaitable (another library's task or operation) as a task. It may be resumed on any
/// thread; the awaiting task goes on on its own.
///
/// Cancel: refused: the foreign work ends in its own time, and the next wait throws.
template <class Awaitable>
auto adapt(Awaitable awaitable) -> task<std::decay_t<detail::foreign_result_t<Awaitable>>> {
  using result = std::decay_t<detail::foreign_result_t<Awaitable>>;
  co_await check_cancelled();
  completion<result> done;
  detail::run_foreign<Awaitable, result>(std::move(awaitable), done);
  cancel_scope shield(scope_options{.shield = true});
  task_record& me = co_await this_task_record{};
  scope_entry entry(shield, me);
  if constexpr (std::is_void_v<result>) {
    co_await done.wait();
  } else {
    result& value = co_await done.wait();
    co_return std::move(value);
  }
}

}  // namespace pirn
