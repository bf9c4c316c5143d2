// process_pool: map, wait and as_completed over calls in other processes.
#include <ranges>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/exec/as_completed.hpp"
#include "pirn/exec/inline_executor.hpp"
#include "pirn/exec/map.hpp"
#include "pirn/exec/map_test.hpp"
#include "pirn/exec/wait_futures.hpp"
#include "pirn/process/process_pool.hpp"
#include "pirn/process/process_pool_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::all_of;

constexpr auto multiply = [](int a, int b) { return a * b; };
constexpr auto square = [](int number) { return number * number; };

/// The first `count` numbers, of which reading number `bad` fails.
auto numbers_until(int bad, int count) {
  auto read = [bad](int number) {
    if (number == bad) throw std::out_of_range("somewhere");
    return number;
  };
  return std::views::iota(0, count) | std::views::transform(read);
}

TEST(process_pool_map, gives_the_results_in_order_whatever_the_chunks) {
  process_pool pool{2};
  const auto inputs = std::views::iota(0, 40);
  inline_executor here;
  const std::vector<int> expected = all_of(map(here, multiply, inputs, inputs));
  for (std::size_t chunk : {1U, 6U, 40U, 50U}) {
    EXPECT_EQ(all_of(map(pool, {.chunk = chunk}, multiply, inputs, inputs)), expected) << chunk;
  }
  EXPECT_THROW(static_cast<void>(map(pool, {.chunk = 0}, square, inputs)), std::invalid_argument);
}

TEST(process_pool_map, a_thousand_elements_come_one_after_the_other) {
  process_pool pool{2};
  auto results = map(pool, {.chunk = 100}, square, std::views::iota(0, 1000));
  int expected = 0;
  for (int each : results) {
    ASSERT_EQ(each, expected * expected);
    ++expected;
  }
  EXPECT_EQ(expected, 1000);
}

TEST(process_pool_map, unordered_gives_each_result_once) {
  process_pool pool{2};
  for (std::size_t chunk : {1U, 100U}) {
    auto results =
        all_of(map(pool, {.chunk = chunk, .ordered = false}, square, std::views::iota(0, 1000)));
    EXPECT_EQ(results.size(), 1000U);
    EXPECT_EQ(std::set(results.begin(), results.end()).size(), 1000U);
  }
}

TEST(process_pool_map, of_nothing_is_nothing) {
  process_pool pool{1};
  EXPECT_TRUE(all_of(map(pool, square, std::vector<int>())).empty());
  EXPECT_TRUE(
      all_of(map(pool, {.chunk = 5, .ordered = false}, square, std::vector<int>())).empty());
}

TEST(process_pool_map, a_failure_is_thrown_at_its_own_element) {
  process_pool pool{2};
  constexpr auto divide = [](int a, int b) {
    if (b == 0) throw std::domain_error("division by zero");
    return a / b;
  };
  auto results = map(pool, divide, std::vector{4, 4, 4}, std::vector{2, 0, 4});
  auto at = results.begin();
  EXPECT_EQ(*at, 2);
  ++at;
  EXPECT_THROW(*at, std::domain_error);
  ++at;
  EXPECT_EQ(*at, 1);
}

TEST(process_pool_map, failures_among_a_chunk_s_values_keep_their_places) {
  process_pool pool{2};
  constexpr auto odd_only = [](int number) {
    if (number % 2 == 0) throw std::domain_error("even");
    return std::to_string(number);
  };
  const std::vector<int> copied{0, 1, 2, 3, 4, 5, 6};
  const auto check = [](auto results) {
    int number = 0;
    for (auto at = results.begin(); at != results.end(); ++at, ++number) {
      if (number % 2 == 1) {
        EXPECT_EQ(*at, std::to_string(number));
      } else {
        EXPECT_THROW(*at, std::domain_error);
      }
    }
    EXPECT_EQ(number, 7);
  };
  for (std::size_t chunk : {1U, 3U, 10U}) {
    check(map(pool, {.chunk = chunk}, odd_only, copied));
    check(map(pool, {.chunk = chunk}, odd_only, std::views::iota(0, 7)));
  }
}

TEST(process_pool_map, what_reading_the_input_throws_comes_after_whole_chunks_before_it) {
  process_pool pool{2};
  for (std::size_t chunk : {1U, 2U, 4U}) {
    auto results = map(pool, {.chunk = chunk, .buffer = 1}, square, numbers_until(7, 20));
    std::vector<int> seen;
    EXPECT_THROW(
        {
          for (int each : results) seen.push_back(each);
        },
        std::out_of_range);
    EXPECT_LE(seen.size(), 7U);
    EXPECT_GE(seen.size() + chunk, 7U);
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], static_cast<int>(i * i));
  }
  EXPECT_EQ(pool.submit(square, 3).result(), 9);  // the pool is as before
}

TEST(process_pool_map, the_time_is_counted_from_its_call) {
  process_pool pool{1};
  shared_gates gates;
  auto hold = [](const shared_gates& mine, int wait) {
    if (wait != 0) mine.pass();
  };
  auto results = map(pool, {.timeout = 200ms}, hold, std::vector(3, gates), std::vector{0, 0, 1});
  int given = 0;
  EXPECT_THROW(
      {
        for (auto at = results.begin(); at != results.end(); ++at) ++given;
      },
      timeout_error);
  EXPECT_LE(given, 2);
  gates.open();
}

TEST(process_pool_map, a_result_keeps_its_future_waiting_no_longer_than_told) {
  process_pool pool{1};
  shared_gates gates;
  auto call = pool.submit(pass_gate, gates);
  EXPECT_THROW(call.result(1ms), timeout_error);
  gates.open();
  call.result(20s);
}

TEST(process_pool_map, wait_and_as_completed_see_the_calls_of_processes) {
  process_pool pool{2};
  shared_gates gates;
  auto held = pool.submit(pass_gate, gates);
  gates.wait_until_begun();
  std::vector<future_base> all{held, pool.submit(square, 3), pool.submit(square, 4)};
  auto [done, not_done] = wait(all, {.until = return_when::first_completed}).result();
  EXPECT_GE(done.size(), 1U);
  EXPECT_FALSE(held.done());
  gates.open();
  std::size_t ended = 0;
  for (future_base& each : as_completed(all)) ended += each.done() ? 1 : 0;
  EXPECT_EQ(ended, 3U);
}

}  // namespace
