// task_local: a variable whose value belongs to a task and is inherited by the tasks that it
// starts.
#pragma once

#include <type_traits>
#include <utility>

#include "pirn/core/frame_pool.hpp"
#include "pirn/core/task_record.hpp"

namespace pirn {

namespace detail {

/// One setting of one variable; an immutable node of a chain that tasks share. Counted without
/// atomics: a chain stays on its loop.
struct local_binding : pooled_frame {
  local_binding(const void* bound, local_binding* rest) noexcept : variable(bound), outer(rest) {}
  virtual ~local_binding() = default;

  const void* variable;
  local_binding* outer;
  unsigned owners = 1;
};

inline local_binding* share_bindings(local_binding* chain) noexcept {
  if (chain != nullptr) ++chain->owners;
  return chain;
}
void drop_bindings(local_binding* chain) noexcept;
/// The chain of the running task.
/// Requires: a task runs on this thread.
local_binding*& current_bindings() noexcept;

}  // namespace detail

/// A variable with a value per task. A task starts with the values that its starter had at that
/// moment; what it sets afterwards is its own and its later children's.
///
/// Threads:  use it from tasks; each thread's loop sees its own values.
/// Lifetime: outlives all tasks that set it.
/// Source:   contextvars.ContextVar.
template <class T>
class task_local {
 public:
  explicit task_local(T fallback = T{}) : fallback_(std::move(fallback)) {}
  task_local(task_local&&) = delete;  // known by its address

  /// This task's value, or the fallback.
  /// Lifetime: of the reference: until the task sets it again.
  const T& get() const noexcept {
    for (auto* each = detail::current_bindings(); each != nullptr; each = each->outer) {
      if (each->variable == this) return static_cast<const binding*>(each)->value;
    }
    return fallback_;
  }

  /// Sets it for this task and those that it will start.
  void set(T value) {
    detail::local_binding*& chain = detail::current_bindings();
    if constexpr (std::is_move_assignable_v<T>) {  // in place, if nobody else can see it
      for (auto* each = chain; each != nullptr && each->owners == 1; each = each->outer) {
        if (each->variable != this) continue;
        static_cast<binding*>(each)->value = std::move(value);
        return;
      }
    }
    chain = new binding(this, chain, std::move(value));  // owned by the chain
  }

  /// Sets it for as long as the returned guard lives; guards end in stack order.
  class [[nodiscard]] guard {
   public:
    guard(guard&&) = delete;  // ends in stack order
    ~guard() {
      detail::local_binding*& chain = detail::current_bindings();
      detail::drop_bindings(std::exchange(chain, detail::share_bindings(saved_)));
      detail::drop_bindings(saved_);
    }

   private:
    friend task_local;
    guard(task_local& variable, T value)
        : saved_(detail::share_bindings(detail::current_bindings())) {
      variable.set(std::move(value));
    }
    detail::local_binding* saved_;
  };
  guard set_here(T value) { return guard(*this, std::move(value)); }

 private:
  struct binding final : detail::local_binding {
    binding(const void* variable, detail::local_binding* outer, T bound)
        : local_binding(variable, outer), value(std::move(bound)) {}
    T value;
  };

  T fallback_;
};

}  // namespace pirn
