// A closure that holds something, as a temporary in an awaiting expression: its captures are
// destroyed twice. GCC PR99576, PR100611, PR101367. Instead: a named closure that is moved, or the
// callable and its arguments side by side.
#include "probe.hpp"

template <class Function>
auto call(Function function) {
  return probe::later(function());
}

probe::coroutine broken() {
  probe::held number(5);
  co_return co_await call([number] { return number.value; });
}

int main() {
  return probe::ask(broken, 5);
}
