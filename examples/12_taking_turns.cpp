// taking_turns: a scheduler in ten lines: generators that give up their turn at each co_yield.
#include <deque>
#include <utility>

#include <fmt/core.h>

#include "pirn/core/generator.hpp"

using routine = pirn::generator<pirn::nothing_t>;

routine countdown(int number) {
  for (; number > 0; --number) {
    fmt::print("T-minus {}\n", number);
    co_yield pirn::nothing;
  }
  fmt::print("Blastoff!\n");
}

routine countup(int end) {
  for (int number = 0; number < end; ++number) {
    fmt::print("Counting up {}\n", number);
    co_yield pirn::nothing;
  }
}

class scheduler {
 public:
  void add(routine each) { ready_.push_back(std::move(each)); }

  void run() {
    while (!ready_.empty()) {
      routine each = std::move(ready_.front());
      ready_.pop_front();
      if (each.next()) ready_.push_back(std::move(each));  // it yielded: its next turn comes later
    }
  }

 private:
  std::deque<routine> ready_;
};

int main() {
  scheduler turns;
  turns.add(countdown(5));
  turns.add(countdown(3));
  turns.add(countup(7));
  turns.run();
}

// Output:
// T-minus 5
// T-minus 3
// Counting up 0
// T-minus 4
// T-minus 2
// Counting up 1
// T-minus 3
// T-minus 1
// Counting up 2
// T-minus 2
// Blastoff!
// Counting up 3
// T-minus 1
// Counting up 4
// Blastoff!
// Counting up 5
// Counting up 6
