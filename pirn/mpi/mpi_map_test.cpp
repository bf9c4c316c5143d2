// mpi_pool: map over ranks: order, exceptions, and a million elements in bounded memory.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/base/compiler.hpp"
#include "pirn/mpi/mpi_pool.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

int twice(int number) {
  return 2 * number;
}

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  EXPECT_EQ(std::fscanf(file, "%zu %zu", &total, &resident), 2);
  std::fclose(file);
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(mpi_map, gives_the_results_in_the_order_of_the_elements) {
  mpi_pool pool;
  int next = 0;
  for (int each : pool.map({.chunk = 7}, twice, std::views::iota(0, 1'000))) {
    EXPECT_EQ(each, 2 * next++);
  }
  EXPECT_EQ(next, 1'000);
}

TEST(mpi_map, takes_several_ranges_and_ends_with_the_shortest) {
  mpi_pool pool;
  const std::vector<int> numbers{1, 2, 3};
  std::vector<std::string> results;
  auto repeat = [](int count, char letter) {
    return std::string(static_cast<std::size_t>(count), letter);
  };
  for (auto& each : pool.map(repeat, numbers, std::string("abcdef"))) results.push_back(each);
  EXPECT_EQ(results, (std::vector<std::string>{"a", "bb", "ccc"}));
}

TEST(mpi_map, unordered_gives_all_results_once) {
  mpi_pool pool;
  std::vector<int> results;
  const auto elements = std::views::iota(0, 500);
  for (int each : pool.map({.chunk = 3, .ordered = false}, twice, elements)) {
    results.push_back(each);
  }
  std::ranges::sort(results);
  ASSERT_EQ(results.size(), 500U);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], 2 * i);
}

TEST(mpi_map, an_element_s_exception_is_thrown_at_its_place) {
  mpi_pool pool;
  auto results = pool.map(
      {.chunk = 4},
      [](int number) {
        if (number == 5) throw std::domain_error("five");
        return number;
      },
      std::views::iota(0, 10));
  int failures = 0;
  int good = 0;
  for (auto at = results.begin(); at != results.end(); ++at) {
    try {
      good += *at;
    } catch (const std::domain_error&) {
      ++failures;
    }
  }
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(good, 45 - 5);
}

// Neither side keeps what it need not: the elements are read as results are taken.
TEST(mpi_map, a_million_calls_take_bounded_memory) {
  mpi_pool pool;
  constexpr int count = 1'000'000;
  std::int64_t sum = 0;
  std::size_t before = 0;
  std::int64_t seen = 0;
  for (int each : pool.map({.chunk = 500}, twice, std::views::iota(0, count))) {
    sum += each;
    if (++seen == count / 10) before = resident_bytes();  // by then all buffers are warm
  }
  EXPECT_EQ(sum, std::int64_t{count} * (count - 1));
  if (detail::sanitized) return;  // which keeps what was freed
  constexpr std::size_t growth_max_bytes = 8 << 20;
  EXPECT_LT(resident_bytes(), before + growth_max_bytes);
}

// Submitting at once does keep them, in rank 0's queue; but the ranks get few at a time.
TEST(mpi_map, a_hundred_thousand_single_calls_do_not_sit_in_one_inbox) {
  mpi_pool pool;
  auto resident = [] { return resident_bytes(); };
  const std::size_t before = pool.submit(resident).result();
  std::vector<future<int>> futures;
  for (int i = 0; i < 100'000; ++i) futures.push_back(pool.submit(twice, i));
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), 2 * i);
  }
  futures.clear();
  if (pool.concurrency() == 1) return;  // the rank is this process: it has the queue
  if (detail::sanitized) return;        // which keeps what was freed
  constexpr std::size_t growth_max_bytes = 8 << 20;
  EXPECT_LT(pool.submit(resident).result(), before + growth_max_bytes);
}

}  // namespace
