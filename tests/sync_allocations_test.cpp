// Once warm, no operation of sync allocates, with and without waiting.
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/sync/barrier.hpp"
#include "pirn/sync/condition.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/sync/lifo_queue.hpp"
#include "pirn/sync/mutex.hpp"
#include "pirn/sync/priority_queue.hpp"
#include "pirn/sync/queue.hpp"
#include "pirn/sync/semaphore.hpp"
#include "tests/allocations_test.hpp"

namespace pirn {

namespace {

constexpr int rounds = 100;

}  // namespace

TEST(sync_allocations, the_counter_counts) {
  auto allocate = [](std::unique_ptr<int>* kept) -> task<> {
    *kept = std::make_unique<int>(1);
    co_return;
  };
  std::unique_ptr<int> kept;
  EXPECT_EQ(allocations_of<std::unique_ptr<int>>(kept, allocate), detail::sanitized ? 0u : 3u);
}

TEST(sync_allocations, mutex) {
  mutex m;
  auto work = [](mutex* shared) -> task<> {
    for (int round = 0; round < rounds; ++round) {
      auto guard = co_await shared->scoped_lock();
      co_await yield_now();
    }
  };
  EXPECT_EQ(allocations_of<mutex>(m, work), 0u);
}

TEST(sync_allocations, semaphore) {
  semaphore permits(2);
  auto work = [](semaphore* shared) -> task<> {
    for (int round = 0; round < rounds; ++round) {
      auto permit = co_await shared->scoped_acquire();
      co_await yield_now();
    }
  };
  EXPECT_EQ(allocations_of<semaphore>(permits, work), 0u);
}

TEST(sync_allocations, event) {
  event flag;
  auto work = [](event* shared) -> task<> {
    for (int round = 0; round < rounds; ++round) {
      shared->clear();
      co_await yield_now();
      shared->set();
      co_await shared->wait();
    }
  };
  EXPECT_EQ(allocations_of<event>(flag, work), 0u);
}

TEST(sync_allocations, barrier) {
  barrier gate(3);
  auto work = [](barrier* shared) -> task<> {
    for (int round = 0; round < rounds; ++round) co_await shared->wait();
  };
  EXPECT_EQ(allocations_of<barrier>(gate, work), 0u);
}

TEST(sync_allocations, condition) {
  struct turns {
    mutex door;
    condition changed{door};
    int next = 0;
  };
  turns shared_turns;
  auto work = [](turns* shared) -> task<> {
    for (int round = 0; round < rounds; ++round) {
      auto guard = co_await shared->door.scoped_lock();
      const int now = ++shared->next;
      shared->changed.notify_all();
      if (now % 3 != 0) co_await shared->changed.wait();
    }
  };
  EXPECT_EQ(allocations_of<turns>(shared_turns, work), 0u);
}

template <class Queue>
task<> push_and_pop(Queue* shared) {
  for (int round = 0; round < rounds; ++round) {
    co_await shared->push(round);
    co_await yield_now();
    co_await shared->pop();
    shared->task_done();
  }
  co_await shared->join();
}

TEST(sync_allocations, queues_without_a_limit) {
  queue<int> first_in;
  lifo_queue<int> last_in;
  priority_queue<int> smallest;
  EXPECT_EQ(allocations_of(first_in, push_and_pop<queue<int>>), 0u);
  EXPECT_EQ(allocations_of(last_in, push_and_pop<lifo_queue<int>>), 0u);
  EXPECT_EQ(allocations_of(smallest, push_and_pop<priority_queue<int>>), 0u);
}

TEST(sync_allocations, queues_that_make_tasks_wait) {
  queue<int> first_in(1);
  lifo_queue<int> last_in(1);
  priority_queue<int> smallest(1);
  EXPECT_EQ(allocations_of(first_in, push_and_pop<queue<int>>), 0u);
  EXPECT_EQ(allocations_of(last_in, push_and_pop<lifo_queue<int>>), 0u);
  EXPECT_EQ(allocations_of(smallest, push_and_pop<priority_queue<int>>), 0u);
}

TEST(sync_allocations, a_queue_whose_length_moves_below_its_peak) {
  queue<int> items;
  for (int item = 0; item < 1000; ++item) items.try_push(item);
  while (items.try_pop()) continue;
  const std::size_t before = allocations;
  for (int length : {1000, 3, 500, 999}) {
    for (int item = 0; item < length; ++item) items.try_push(item);
    while (items.try_pop()) continue;
  }
  EXPECT_EQ(allocations, before);
}

TEST(sync_allocations, a_select_between_them) {
  queue<int> items(1);
  auto work = [](queue<int>* shared) -> task<> {
    event flag;
    for (int round = 0; round < rounds; ++round) {
      co_await select(shared->push(round), flag.wait());
      co_await select(flag.wait(), shared->pop());
    }
  };
  EXPECT_EQ(allocations_of<queue<int>>(items, work), 0u);
}

}  // namespace pirn
