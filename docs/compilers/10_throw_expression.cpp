// `throw T(f(co_await x))`: a temporary of the thrown expression is destroyed twice. Instead: await
// into a named local first.
#include <stdexcept>
#include <string>

#include "probe.hpp"

probe::coroutine broken() {
  try {
    throw std::runtime_error(std::to_string((co_await probe::later(probe::held(5))).value));
  } catch (const std::runtime_error& caught) {
    co_return std::stoi(caught.what());
  }
}

int main() {
  return probe::ask(broken, 5);
}
