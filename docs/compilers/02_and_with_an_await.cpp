// `condition && co_await x` in a while awaits although the condition is false. GCC PR112360.
// Instead: two statements.
#include "probe.hpp"

probe::coroutine broken() {
  int rounds = 0, awaits = 0;
  auto next = [&] {
    ++awaits;
    return probe::later(true);
  };
  while (rounds < 2 && co_await next()) ++rounds;
  co_return awaits;
}

int main() {
  return probe::ask(broken, 2);
}
