// The form of all option structs in pirn, right on every compiler: trivially copyable members only.
#include <type_traits>

#include "probe.hpp"

struct options {
  int count = 1;
  bool doubled = false;
};
static_assert(std::is_trivially_copyable_v<options>);

auto use(options given) {
  return probe::later(given.doubled ? 2 * given.count : given.count);
}

probe::coroutine right() {
  co_return co_await use({.count = 5, .doubled = true});
}

int main() {
  return probe::ask(right, 10);
}
