// job: fork and join give what calls would have given, on one thread and on several, whatever is
// stolen; what fails, and what is destroyed early, is told and cleaned up once.
//
// Method of the stress: trees whose shape is drawn from a printed seed; at each node the worker may
// give way to others, so that thieves reach every state: a parent that is stolen before, while and
// after its child ends, a join that comes first or last, children on several threads. A tree's
// result is known from its shape.
#include "pirn/exec/job.hpp"

#include <array>
#include <atomic>
#include <random>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"
#include "pirn/exec/thread_pool.hpp"

namespace {

using namespace pirn;

job<int> fib(int n) {
  if (n < 2) co_return n;
  auto left = co_await fork(fib, n - 1);
  const int right = co_await fib(n - 2);
  co_await join();
  co_return left.value() + right;
}

class job_test : public ::testing::TestWithParam<unsigned> {
 protected:
  thread_pool pool{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(threads, job_test, ::testing::Values(1U, 2U, 4U));

TEST_P(job_test, fork_and_join_compute_what_calls_would) {
  EXPECT_EQ(pool.submit(fib, 20).result(), 6765);
}

TEST_P(job_test, many_at_once_share_the_workers) {
  std::vector<future<int>> all;
  for (int i = 0; i < 50; ++i) all.push_back(pool.submit(fib, i % 16));
  const std::array expected{0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610};
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].result(), expected[i % 16]);
}

job<long> sum_of_ten(long first, long count) {
  if (count == 1) co_return first;
  std::array<forked<long>, 10> parts;
  for (long i = 0; i < 10; ++i) {
    parts[static_cast<std::size_t>(i)] =
        co_await fork(sum_of_ten, first + i * (count / 10), count / 10);
  }
  co_await join();
  long sum = 0;
  for (auto& part : parts) sum += part.value();
  co_return sum;
}

TEST_P(job_test, a_job_may_fork_many_children_before_it_joins) {
  EXPECT_EQ(pool.submit(sum_of_ten, 0L, 10'000L).result(), 49'995'000L);
}

job<> note(std::vector<int>& order, int number) {
  order.push_back(number);
  co_return;
}

TEST(job, a_child_runs_at_once_and_its_parent_after_it_where_nobody_steals) {
  thread_pool pool{1};
  std::vector<int> order;
  auto parent = [&]() -> job<> {
    auto first = co_await fork(note, order, 1);
    order.push_back(2);
    auto second = co_await fork(note, order, 3);
    co_await join();
    order.push_back(4);
  };
  pool.submit(parent).result();
  EXPECT_EQ(order, (std::vector{1, 2, 3, 4}));
}

TEST(job, its_parent_is_gone_on_with_elsewhere_while_a_child_is_busy) {
  thread_pool pool{2};
  std::binary_semaphore parent_went_on{0};
  auto waits_for_parent = [&]() -> job<std::thread::id> {
    parent_went_on.acquire();
    co_return std::this_thread::get_id();
  };
  auto parent = [&]() -> job<bool> {
    auto child = co_await fork(waits_for_parent);
    const std::thread::id mine = std::this_thread::get_id();
    parent_went_on.release();
    co_await join();
    co_return child.value() != mine;
  };
  EXPECT_TRUE(pool.submit(parent).result());
  EXPECT_GE(pool.statistics().stolen, 1U);
}

job<int> fails(int number) {
  if (number >= 0) throw std::runtime_error("child " + std::to_string(number));
  co_return number;
}

TEST_P(job_test, what_an_awaited_job_throws_comes_out_of_the_await) {
  auto parent = []() -> job<std::string> {
    std::string message;
    try {
      co_await fails(7);
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    co_return message;
  };
  EXPECT_EQ(pool.submit(parent).result(), "child 7");
}

TEST_P(job_test, what_a_child_throws_comes_out_of_the_join_and_the_others_have_ended) {
  std::atomic<int> ended = 0;
  auto counts = [&]() -> job<> {
    ++ended;
    co_return;
  };
  auto parent = [&]() -> job<std::string> {
    auto one = co_await fork(counts);
    auto two = co_await fork(fails, 2);
    auto three = co_await fork(counts);
    std::string message;
    try {
      co_await join();
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    co_return message;
  };
  EXPECT_EQ(pool.submit(parent).result(), "child 2");
  EXPECT_EQ(ended, 2);
}

TEST_P(job_test, after_a_join_that_threw_a_job_may_fork_again) {
  auto parent = []() -> job<int> {
    int failures = 0;
    for (int i = 0; i < 20; ++i) {
      auto child = co_await fork(fails, i % 2 == 0 ? i : -i);
      try {
        co_await join();
        if (child.value() != -i) co_return -1;
      } catch (const std::runtime_error&) {
        ++failures;
      }
    }
    co_return failures;
  };
  EXPECT_EQ(pool.submit(parent).result(), 10);
}

TEST(job, an_exception_between_fork_and_join_waits_for_the_children) {
  thread_pool pool{2};
  std::binary_semaphore parent_failed{0};
  std::atomic<bool> ended = false;
  struct at_exit {
    std::binary_semaphore& told;
    ~at_exit() { told.release(); }
  };
  auto child = [&]() -> job<> {
    parent_failed.acquire();
    ended = true;
    co_return;
  };
  auto parent = [&]() -> job<> {
    auto left = co_await fork(child);
    const at_exit first{parent_failed};  // destroyed before `left`
    throw std::runtime_error("between");
  };
  EXPECT_THROW(pool.submit(parent).result(), std::runtime_error);
  EXPECT_TRUE(ended);
}

TEST(job, one_that_returns_without_a_join_is_a_bug_that_is_told) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto forgets = []() -> job<int> {
    auto child = co_await fork(fib, 3);
    co_return 1;
  };
  EXPECT_DEATH(thread_pool{1}.submit(forgets).result(), "joins what it has forked");
}

TEST(job, what_was_never_begun_is_only_destroyed) {
  auto argument = std::make_shared<int>(0);
  auto takes = [](std::shared_ptr<int>) -> job<> { co_return; };
  {
    job<> made = takes(argument);
    EXPECT_EQ(argument.use_count(), 2);
  }
  EXPECT_EQ(argument.use_count(), 1);
}

TEST_P(job_test, move_only_values_and_references_travel) {
  auto makes = [](int number) -> job<std::unique_ptr<int>> {
    co_return std::make_unique<int>(number);
  };
  int here = 5;
  auto refers = [&here]() -> job<int&> { co_return here; };
  auto parent = [&]() -> job<std::unique_ptr<int>> {
    auto left = co_await fork(makes, 40);
    std::unique_ptr<int> right = co_await makes(2);
    co_await join();
    int& same = co_await refers();
    same = 6;
    std::unique_ptr<int> sum = left.value();
    *sum += *right;
    co_return sum;
  };
  std::unique_ptr<int> sum = pool.submit(parent).result();
  EXPECT_EQ(*sum, 42);
  EXPECT_EQ(here, 6);
}

job<> chain(int depth, int& count) {
  ++count;
  if (depth == 0) co_return;
  co_await chain(depth - 1, count);
}

TEST(job, a_deep_chain_of_calls_needs_no_stack) {
  thread_pool pool{1};
  int count = 0;
  pool.submit(chain, 100'000, std::ref(count)).result();
  EXPECT_EQ(count, 100'001);
}

job<> fork_chain(int depth, std::atomic<int>& count) {
  ++count;
  if (depth == 0) co_return;
  auto next = co_await fork(fork_chain, depth - 1, std::ref(count));
  co_await join();
}

TEST_P(job_test, a_deep_chain_of_forks_needs_no_stack) {
  std::atomic<int> count = 0;
  pool.submit(fork_chain, 100'000, std::ref(count)).result();
  EXPECT_EQ(count, 100'001);
}

TEST_P(job_test, a_call_inside_a_job_may_submit_another_and_wait_for_it) {
  auto parent = [this]() -> job<int> {
    auto left = co_await fork(fib, 10);
    const int middle = pool.submit(fib, 11).result();  // done here, if nobody has begun it
    const int right = co_await fib(12);
    co_await join();
    co_return left.value() + middle + right;
  };
  EXPECT_EQ(pool.submit(parent).result(), 55 + 89 + 144);
}

/// A tree drawn from `seed`: gives the number of its nodes, if all goes well.
job<std::uint64_t> tree(std::uint64_t seed, int depth, bool may_fail) {
  random_source random(seed);
  if (random.below(4) == 0) std::this_thread::yield();
  if (may_fail && random.below(200) == 0) throw std::runtime_error("leaf");
  std::uint64_t nodes = 1;
  if (depth == 0) co_return nodes;
  std::array<forked<std::uint64_t>, 4> children;
  const std::uint64_t count = random.below(children.size() + 1);
  for (std::uint64_t i = 0; i < count; ++i) {
    children[i] = co_await fork(tree, random(), depth - 1, may_fail);
  }
  if (random.below(2) == 0) nodes += co_await tree(random(), depth - 1, may_fail);
  co_await join();
  for (std::uint64_t i = 0; i < count; ++i) nodes += children[i].value();
  if (random.below(3) == 0) std::this_thread::yield();
  co_return nodes;
}

TEST(job, under_stress_trees_have_the_size_that_they_have_on_one_thread) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_source random(seed);
  thread_pool alone{1};
  thread_pool together{4};
  for (int round = 0; round < 40; ++round) {
    const std::uint64_t shape = random();
    const std::uint64_t expected = alone.submit(tree, shape, 7, false).result();
    EXPECT_EQ(together.submit(tree, shape, 7, false).result(), expected);
  }
}

TEST(job, under_stress_failures_leave_nothing_behind) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_source random(seed);
  thread_pool pool{4};
  for (int round = 0; round < 100; ++round) {
    future<std::uint64_t> grown = pool.submit(tree, random(), 6, true);
    if (grown.exception() == nullptr) {
      EXPECT_GE(grown.result(), 1U);
    }
  }
}

}  // namespace
