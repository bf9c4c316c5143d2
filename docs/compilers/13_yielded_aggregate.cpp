// `co_yield T{...}` where T is an aggregate that owns something: destroyed twice. GCC PR99576.
// pirn's generators refuse it on such a GCC. Instead: yield a named object, or give T a
// constructor.
#include <optional>

#include "probe.hpp"

struct row {
  probe::held number;
};

struct rows {
  struct promise_type {
    rows get_return_object() { return rows{handle::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(row&& yielded) noexcept {
      current = &yielded;
      return {};
    }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
    row* current = nullptr;
  };
  using handle = std::coroutine_handle<promise_type>;
  handle running;
};

rows broken() {
  co_yield row{probe::held(2)};
  co_yield row{probe::held(3)};
}

int main() {
  rows steps = broken();
  int sum = 0;
  for (steps.running.resume(); !steps.running.done(); steps.running.resume()) {
    sum += steps.running.promise().current->number.value;
  }
  steps.running.destroy();
  probe::expect(sum == 5, "the sum is another");
  probe::expect(probe::held::living.empty(), "objects are left over");
  std::puts(probe::mistakes == 0 ? "right" : "WRONG");
  return probe::mistakes == 0 ? 0 : 1;
}
