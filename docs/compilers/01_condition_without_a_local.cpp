// An await as the condition of an if, in a coroutine that has no local variable. GCC PR106188.
// Instead: await into a named local, then test it.
#include "probe.hpp"

probe::coroutine broken() {
  if (co_await probe::later(true)) co_return 1;
  co_return 2;
}

int main() {
  return probe::ask(broken, 1);
}
