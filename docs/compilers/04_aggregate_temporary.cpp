// An aggregate that owns something, made by braces in an awaiting expression: destroyed twice.
// GCC PR99576. Instead: a constructor, or only trivially destructible members (see 05).
#include "probe.hpp"

struct options {
  probe::held number;
};

auto use(options given) {
  return probe::later(given.number.value);
}

probe::coroutine broken() {
  co_return co_await use({.number = probe::held(5)});
}

int main() {
  return probe::ask(broken, 5);
}
