// An awaiter that is an aggregate and owns something: destroyed twice. GCC PR99576.
// Instead: a declared constructor, as `probe::later` has one.
#include "probe.hpp"

struct owning {
  probe::held number;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { probe::waiting = handle; }
  int await_resume() const { return number.value; }
};

probe::coroutine broken() {
  co_return co_await owning{probe::held(5)};
}

int main() {
  return probe::ask(broken, 5);
}
