// `(co_await x).member()` where x depends on a template parameter does not compile. GCC PR112341.
// Instead: await into a named local first.
#include "probe.hpp"

struct number {
  int value() const { return 5; }
};

template <class Number>
probe::coroutine broken(Number given) {
  co_return (co_await probe::later(given)).value();
}

int main() {
  return probe::ask([] { return broken(number()); }, 5);
}
