// What to write instead of 03, right on every compiler: the closure has a name.
#include "probe.hpp"

template <class Function>
auto call(Function function) {
  return probe::later(function());
}

probe::coroutine right() {
  probe::held number(5);
  auto function = [number] { return number.value; };
  co_return co_await call(std::move(function));
}

int main() {
  return probe::ask(right, 5);
}
