// parallel: every element once, in parts, whatever runs where.
#include "pirn/exec/parallel.hpp"

#include <atomic>
#include <list>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/run/run.hpp"

namespace {

using namespace pirn;

class parallel : public ::testing::TestWithParam<unsigned> {
 protected:
  thread_pool pool{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(threads, parallel, ::testing::Values(1U, 2U, 4U));

TEST_P(parallel, for_sees_every_element_once) {
  std::vector<std::atomic<int>> seen(10'007);
  parallel_for(pool, seen, [](std::atomic<int>& each) { ++each; });
  for (const auto& each : seen) ASSERT_EQ(each, 1);
}

TEST_P(parallel, for_works_on_views_and_on_nothing) {
  std::atomic<long> sum = 0;
  parallel_for(pool, std::views::iota(1, 101), [&](int i) { sum += i; });
  parallel_for(pool, std::vector<int>{}, [&](int i) { sum += i; });
  EXPECT_EQ(sum, 5050);
}

TEST_P(parallel, no_part_is_larger_than_the_grain) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::vector<int> numbers(100);
  parallel_for(
      pool, numbers,
      [&](int& each) {
        std::scoped_lock lock(mutex);
        threads.insert(std::this_thread::get_id());
        each = 1;
      },
      1);
  EXPECT_LE(threads.size(), GetParam());
  EXPECT_EQ(parallel_reduce(pool, numbers, 0), 100);
}

TEST_P(parallel, what_an_element_throws_comes_out) {
  auto picky = [](int i) {
    if (i == 77) throw std::runtime_error("77");
  };
  EXPECT_THROW(parallel_for(pool, std::views::iota(0, 100), picky, 1), std::runtime_error);
  EXPECT_THROW(parallel_for(pool, std::views::iota(0, 100), picky, 1000), std::runtime_error);
}

TEST_P(parallel, reduce_keeps_the_order_of_what_does_not_commute) {
  std::vector<std::string> letters;
  std::string expected;
  for (char c = 'a'; c <= 'z'; ++c) {
    letters.emplace_back(1, c);
    expected += c;
  }
  EXPECT_EQ(parallel_reduce(pool, letters, std::string(), std::plus<>(), std::identity(), 1),
            expected);
}

TEST_P(parallel, reduce_transforms_each_element) {
  auto square = [](int i) { return static_cast<long>(i) * i; };
  EXPECT_EQ(parallel_reduce(pool, std::views::iota(0, 1000), 0L, std::plus<>(), square), 332833500);
  EXPECT_EQ(parallel_reduce(pool, std::vector<int>{}, 7L), 7);
}

TEST_P(parallel, on_a_loop_nothing_is_begun) {
  int begun = 0;
  std::string message;
  run([&]() -> task<> {
    try {
      parallel_for(pool, std::vector{1, 2, 3}, [&begun](int) { ++begun; });
    } catch (const std::logic_error& error) {
      message = error.what();
    }
    co_return;
  });
  pool.shutdown();
  EXPECT_EQ(message, "parallel_for() would block the loop of this thread: co_await pool.run()");
  EXPECT_EQ(begun, 0);
}

TEST_P(parallel, a_job_awaits_its_loops) {
  auto both = []() -> job<long> {
    std::vector<long> values(5000);
    co_await parallel_for(values, [](long& each) { each = 2; });
    const long sum = co_await parallel_reduce(values, 0L);
    co_return sum;
  };
  EXPECT_EQ(pool.submit(both).result(), 10'000);
}

}  // namespace
