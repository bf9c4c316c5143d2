// As 03, but the callable is taken by reference: wrong all the same.
#include "probe.hpp"

template <class Function>
auto call(Function&& function) {
  return probe::later(function());
}

probe::coroutine broken() {
  probe::held number(5);
  co_return co_await call([number] { return number.value; });
}

int main() {
  return probe::ask(broken, 5);
}
