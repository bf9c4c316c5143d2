// `auto [a, b] = co_await x`, destroyed while it is suspended: leaks on GCC 15 and 16 (PR124584).
// Instead: await into a named local, then bind its parts.
#include "probe.hpp"

probe::coroutine broken() {
  auto [first, second] = co_await probe::later(std::pair(probe::held(2), probe::held(3)));
  co_await probe::later(0);
  co_return first.value + second.value;
}

int main() {
  return probe::ask(broken, 5);
}
