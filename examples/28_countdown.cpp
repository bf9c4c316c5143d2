// countdown: a thread that is asked to stop and looks; what a thread throws reaches who joins it.
#include <semaphore>
#include <stdexcept>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

// Counts down to the launch, with a hold of an hour at 7.
void countdown(int number, std::binary_semaphore& holding) {
  for (; number > 0; --number) {
    fmt::print("T-minus {}\n", number);
    if (number == 7) holding.release();
    const bool slept = pirn::this_thread::sleep_for(number == 7 ? 1h : 1ms);
    if (!slept) {
      fmt::print("{}: stopped at {}\n", pirn::this_thread::name(), number);
      return;
    }
  }
  fmt::print("Blastoff!\n");
}

void fill_the_tank() {
  throw std::runtime_error("the valve is stuck");
}

int main() {
  std::binary_semaphore holding{0};
  pirn::thread clock({.name = "countdown"}, countdown, 10, std::ref(holding));
  holding.acquire();
  clock.stop();  // asks: the thread sees it in its sleep
  clock.join();

  pirn::thread again(countdown, 3, std::ref(holding));
  again.join();

  pirn::thread fuel({.name = "fuel"}, fill_the_tank);
  try {
    fuel.join();
  } catch (const std::runtime_error& error) {
    fmt::print("{}: {}\n", fuel.name(), error.what());
  }
}

// Output:
// T-minus 10
// T-minus 9
// T-minus 8
// T-minus 7
// countdown: stopped at 7
// T-minus 3
// T-minus 2
// T-minus 1
// Blastoff!
// fuel: the valve is stuck
