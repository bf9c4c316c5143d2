// `new T(co_await x)`. Instead: await into a named local first.
#include <memory>

#include "probe.hpp"

probe::coroutine broken() {
  std::unique_ptr<probe::held> made(new probe::held(co_await probe::later(probe::held(5))));
  co_return made->value;
}

int main() {
  return probe::ask(broken, 5);
}
