// A class-typed `?:` with awaits in its branches. Instead: if and else.
#include "probe.hpp"

probe::coroutine broken() {
  bool first = true;
  probe::held chosen =
      first ? co_await probe::later(probe::held(5)) : co_await probe::later(probe::held(6));
  co_return chosen.value;
}

int main() {
  return probe::ask(broken, 5);
}
