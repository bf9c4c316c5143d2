// deadlock_avoided: five philosophers take two forks each, in one order; one who would not is told.
#include <array>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using forks = std::array<pirn::ordered_mutex, 5>;

// Each takes the fork at the left and the fork at the right. Were all to take the left one first,
// each would soon wait for the next one for ever. acquire() sorts them: the last philosopher takes
// the right one first.
void dine(pirn::ordered_mutex& left, pirn::ordered_mutex& right, int& meals) {
  for (int i = 0; i < 1000; ++i) {
    auto both = pirn::acquire(left, right);
    ++meals;
  }
}

void dinner(forks& table) {
  std::array<int, 5> meals{};
  std::vector<pirn::thread> philosophers;
  for (std::size_t i = 0; i < table.size(); ++i) {
    philosophers.emplace_back(dine, std::ref(table[i]), std::ref(table[(i + 1) % table.size()]),
                              std::ref(meals[i]));
  }
  pirn::join_all(philosophers);
  for (std::size_t i = 0; i < meals.size(); ++i) fmt::print("{} has eaten {} times\n", i, meals[i]);
}

// One fork after the other, in their own order: this one is refused at once, though nobody else is
// at the table, and not one night in a thousand.
void dine_as_they_please(forks& table) {
  auto first = pirn::acquire(table[4]);
  try {
    auto second = pirn::acquire(table[0]);
  } catch (const pirn::lock_order_violation& refused) {
    fmt::print("{}\n", refused.what());
  }
}

// Where no order was agreed on, what has been taken can be remembered instead: then the cycle is
// told, when the acquisition that would close it is tried.
void look_for_the_cycle(forks& table) {
  pirn::set_lock_order_checking(pirn::lock_order_checking::by_graph);
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto left = pirn::acquire(table[i]);
    try {
      auto right = pirn::acquire(table[(i + 1) % table.size()]);
    } catch (const pirn::lock_order_violation& refused) {
      fmt::print("{}\n", refused.what());
    }
  }
}

int main() {
  forks table{pirn::ordered_mutex{"fork 0"}, pirn::ordered_mutex{"fork 1"},
              pirn::ordered_mutex{"fork 2"}, pirn::ordered_mutex{"fork 3"},
              pirn::ordered_mutex{"fork 4"}};
  dinner(table);
  dine_as_they_please(table);
  look_for_the_cycle(table);
}

// clang-format off
// Output:
// 0 has eaten 1000 times
// 1 has eaten 1000 times
// 2 has eaten 1000 times
// 3 has eaten 1000 times
// 4 has eaten 1000 times
// lock order violation: fork 0 is taken at 30_deadlock_avoided.cpp:37 while fork 4 is held, taken at 30_deadlock_avoided.cpp:35; fork 0 is older and comes first
// lock order violation: fork 0 -> fork 1 -> fork 2 -> fork 3 -> fork 4 -> fork 0
//   fork 1 is taken at 30_deadlock_avoided.cpp:50 while fork 0 is held, taken at 30_deadlock_avoided.cpp:48
//   fork 2 is taken at 30_deadlock_avoided.cpp:50 while fork 1 is held, taken at 30_deadlock_avoided.cpp:48
//   fork 3 is taken at 30_deadlock_avoided.cpp:50 while fork 2 is held, taken at 30_deadlock_avoided.cpp:48
//   fork 4 is taken at 30_deadlock_avoided.cpp:50 while fork 3 is held, taken at 30_deadlock_avoided.cpp:48
//   fork 0 is taken at 30_deadlock_avoided.cpp:50 while fork 4 is held, taken at 30_deadlock_avoided.cpp:48
