// parallel: calls of one function at once.
#include "pirn/process/parallel.hpp"

#include <ranges>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/process/process_pool_test.hpp"

namespace {

using namespace pirn;

int square(int number) {
  return number * number;
}

TEST(parallel, each_call_gives_a_future) {
  auto squared = parallel(square);
  future<int> three = squared(3);
  future<int> four = squared(4);
  EXPECT_EQ(three.result() + four.result(), 25);
  EXPECT_EQ(squared.pool().name(), "parallel");
}

TEST(parallel, calls_run_at_once) {
  auto passing = parallel({.size = 2, .name = "gates"}, pass_gate);
  shared_gates gates;
  auto first = passing(gates);
  auto second = passing(gates);
  gates.wait_until_begun();
  gates.wait_until_begun();  // neither has ended
  gates.open();
  gates.open();
  first.result();
  second.result();
}

TEST(parallel, maps_over_ranges) {
  auto squared =
      parallel({.size = 2, .name = "squares"}, [](int number) { return square(number); });
  int total = 0;
  for (int each : squared.map(std::views::iota(0, 10))) total += each;
  EXPECT_EQ(total, 285);
}

}  // namespace
