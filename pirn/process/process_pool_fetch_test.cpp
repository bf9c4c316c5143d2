// process_pool: threads that take the results of short calls from the processes themselves.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/process/process_pool.hpp"

namespace {

using namespace pirn;

int twice(int number) {
  return 2 * number;
}

/// Makes calls one by one, so that the pool knows how short they are.
void warm_up(process_pool& pool) {
  for (int i = 0; i < 20; ++i) ASSERT_EQ(pool.submit(twice, i).result(), 2 * i);
}

TEST(process_pool_fetch, threads_that_wait_each_get_their_own_result) {
  process_pool pool{2};
  warm_up(pool);
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 500; ++i) {
          const int number = thread * 1000 + i;
          if (pool.submit(twice, number).result() != 2 * number) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST(process_pool_fetch, what_is_submitted_meanwhile_is_made) {
  process_pool pool{1};
  warm_up(pool);
  std::atomic<bool> over{false};
  std::atomic<int> ended{0};
  int begun = 0;
  std::jthread waiting([&] {
    while (!over) pool.submit(twice, 1).result();
  });
  std::vector<future<int>> others;
  for (; begun < 500; ++begun) {
    others.push_back(pool.submit(twice, begun));
    others.back().add_done_callback([&](const future<int>&) { ++ended; });
  }
  for (int i = 0; auto& each : others) EXPECT_EQ(each.result(), 2 * i++);
  over = true;
  waiting.join();
  pool.shutdown();
  EXPECT_EQ(ended, begun);
}

TEST(process_pool_fetch,
     a_process_that_dies_while_a_thread_reads_it_fails_the_call_and_is_replaced) {
  process_pool pool{1};
  for (int i = 0; i < 10; ++i) {
    warm_up(pool);
    auto die = [] { std::_Exit(3); };
    EXPECT_THROW(pool.submit(die).result(), broken_executor);
  }
}

TEST(process_pool_fetch, a_process_leaves_after_its_last_call) {
  process_pool pool{{.size = 1, .max_tasks_per_child = 3}};
  for (int i = 0; i < 12; ++i) EXPECT_EQ(pool.submit(twice, i).result(), 2 * i);
}

TEST(process_pool_fetch, a_callback_on_the_thread_that_reads_may_use_the_pool) {
  process_pool pool{1};
  warm_up(pool);
  for (int i = 0; i < 20; ++i) {
    std::binary_semaphore told(0);
    std::optional<future<int>> next;
    future<int> first = pool.submit(twice, 1);
    first.add_done_callback([&](const future<int>&) {
      next = pool.submit(twice, 2);
      told.release();
    });
    EXPECT_EQ(first.result(), 2);
    told.acquire();
    EXPECT_EQ(next->result(), 4);
  }
}

TEST(process_pool_fetch, the_pool_may_end_while_a_thread_waits) {
  for (int i = 0; i < 20; ++i) {
    std::optional<future<int>> last;
    std::jthread waiting;
    {
      process_pool pool{1};
      warm_up(pool);
      last = pool.submit(twice, i);
      waiting = std::jthread([&last, i] { EXPECT_EQ(last->result(), 2 * i); });
    }
  }
}

}  // namespace
