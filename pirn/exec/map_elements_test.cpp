// map: which elements and which results there are, whatever the chunks.
#include <cstdint>
#include <limits>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/inline_executor.hpp"
#include "pirn/exec/map.hpp"
#include "pirn/exec/map_test.hpp"

namespace {

using namespace pirn;
using pirn::testing::all_of;

TEST(map_elements, failures_are_thrown_at_their_elements_whatever_is_looked_at) {
  inline_executor here;
  auto odd_only = [](int number) {
    if (number % 2 == 0) throw std::invalid_argument(std::to_string(number));
    return number;
  };
  for (std::size_t chunk : {1U, 3U, 8U, 20U}) {
    auto results = map(here, {.chunk = chunk}, odd_only, std::views::iota(0, 10));
    int number = 0;
    for (auto at = results.begin(); at != results.end(); ++at, ++number) {
      if (number % 5 == 4) continue;  // not looked at
      for (int twice = 0; twice < 2; ++twice) {
        if (number % 2 == 1) {
          EXPECT_EQ(*at, number);
        } else {
          EXPECT_THROW(*at, std::invalid_argument);
        }
      }
    }
    EXPECT_EQ(number, 10);
  }
}

TEST(map_elements, a_result_may_be_a_truth_or_have_no_default) {
  struct made {
    explicit made(int from) : number(from) {}
    int number;
  };
  inline_executor here;
  int number = 0;
  for (bool& each :
       map(here, {.chunk = 3}, [](int i) { return i % 2 == 0; }, std::views::iota(0, 7))) {
    EXPECT_EQ(each, number++ % 2 == 0);
  }
  EXPECT_EQ(number, 7);
  for (made& each : map(here, {.chunk = 3}, [](int i) { return made(i); }, std::vector{7, 8})) {
    EXPECT_EQ(each.number, number++);
  }
  EXPECT_EQ(number, 9);
}

TEST(map_elements, ranges_that_count_end_with_the_shortest) {
  inline_executor here;
  auto sum = [](int a, std::uint64_t b) { return static_cast<std::uint64_t>(a) + b; };
  const auto expected = std::vector<std::uint64_t>{105, 107, 109, 111, 113, 115, 117};
  for (std::size_t chunk : {1U, 2U, 7U, 100U}) {
    EXPECT_EQ(all_of(map(here, {.chunk = chunk}, sum, std::views::iota(5, 12),
                         std::views::iota(std::uint64_t{100}))),
              expected)
        << chunk;
    EXPECT_EQ(all_of(map(here, {.chunk = chunk}, sum, std::views::iota(5),
                         std::vector<std::uint64_t>{100, 101, 102, 103, 104, 105, 106})),
              expected)
        << chunk;
  }
  EXPECT_TRUE(all_of(map(here, sum, std::views::iota(3, 3), std::views::iota(0UL))).empty());
}

TEST(map_elements, a_count_may_have_a_bound_of_another_type) {
  inline_executor here;
  const std::vector<int> from{1, 2, 3};
  auto same = [](auto number) { return static_cast<int>(number); };
  for (std::size_t chunk : {1U, 2U, 10U}) {
    const map_options options{.chunk = chunk};
    EXPECT_EQ(all_of(map(here, options, same, std::views::iota(1, std::ssize(from) + 1))), from);
    EXPECT_EQ(all_of(map(here, options, same, std::views::iota(1U, from.size() + 1))), from);
  }
}

TEST(map_elements, a_count_ends_with_its_type) {
  inline_executor here;
  constexpr int last = std::numeric_limits<int>::max();
  auto same = [](int number) { return number; };
  EXPECT_EQ(all_of(map(here, {.chunk = 2}, same, std::views::iota(last - 3, last))),
            (std::vector{last - 3, last - 2, last - 1}));
}

TEST(map_elements, a_counted_element_is_the_call_s_own) {
  inline_executor here;
  auto next = [](int&& mine) { return ++mine; };
  EXPECT_EQ(all_of(map(here, {.chunk = 4}, next, std::views::iota(0, 3))), (std::vector{1, 2, 3}));
}

}  // namespace
