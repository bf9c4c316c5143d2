// An initializer_list in an awaiting expression. Instead: a pack, or a named container.
#include <initializer_list>

#include "probe.hpp"

auto sum(std::initializer_list<probe::held> numbers) {
  int total = 0;
  for (const probe::held& number : numbers) total += number.value;
  return probe::later(total);
}

probe::coroutine broken() {
  co_return co_await sum({probe::held(2), probe::held(3)});
}

int main() {
  return probe::ask(broken, 5);
}
