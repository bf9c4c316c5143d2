// thread_pool: calls run once each, in their order, whatever the others do.
#include "pirn/exec/thread_pool.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/busy_pool_test.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/run/run.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

TEST(thread_pool, starts_threads_as_work_comes_up_to_its_size) {
  thread_pool pool{3};
  EXPECT_EQ(pool.statistics().started, 0U);
  pool.submit([] {}).result();
  EXPECT_EQ(pool.statistics().started, 1U);
  std::counting_semaphore<8> begun{0};
  std::counting_semaphore<8> gate{0};
  std::vector<future<void>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(pool.submit([&] {
      begun.release();
      gate.acquire();
    }));
  }
  for (int i = 0; i < 3; ++i) begun.acquire();
  EXPECT_EQ(pool.statistics().started, 3U);
  EXPECT_FALSE(begun.try_acquire());
  gate.release(8);
  for (auto& each : all) each.result();
  EXPECT_EQ(pool.statistics().started, 3U);
}

TEST(thread_pool, as_many_calls_run_at_once_as_it_has_threads) {
  std::counting_semaphore<3> arrived{0};
  std::counting_semaphore<3> gate{0};
  thread_pool pool{3};
  auto meet = [&] {
    arrived.release();
    gate.acquire();
  };
  for (int i = 0; i < 3; ++i) pool.submit(meet);
  for (int i = 0; i < 3; ++i) arrived.acquire();  // all three are inside
  gate.release(3);
}

TEST(thread_pool, calls_begin_in_the_order_they_were_submitted) {
  std::vector<int> order;
  {
    busy_pool busy;
    for (int i = 0; i < 100; ++i) busy.pool.submit([&order, i] { order.push_back(i); });
    busy.gate.release();
  }
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(thread_pool, what_a_call_throws_is_its_futures_and_the_thread_goes_on) {
  thread_pool pool{1};
  future<std::thread::id> failed =
      pool.submit([]() -> std::thread::id { throw std::runtime_error("a mistake"); });
  future<std::thread::id> next = pool.submit([] { return std::this_thread::get_id(); });
  EXPECT_THROW(failed.result(), std::runtime_error);
  EXPECT_NE(next.result(), std::this_thread::get_id());
  EXPECT_EQ(pool.statistics().started, 1U);
}

TEST(thread_pool, a_call_that_was_cancelled_is_passed_over) {
  std::vector<int> ran;
  {
    busy_pool busy;
    std::vector<future<void>> queued;
    for (int i = 0; i < 6; ++i) queued.push_back(busy.pool.submit([&ran, i] { ran.push_back(i); }));
    for (std::size_t i = 0; i < 6; i += 2) EXPECT_TRUE(queued[i].cancel());
    busy.gate.release();
    queued.back().result();
    EXPECT_FALSE(queued.back().cancel());  // it has run
  }
  EXPECT_EQ(ran, (std::vector{1, 3, 5}));
}

TEST(thread_pool, destroying_it_runs_what_is_queued) {
  std::atomic<int> ran = 0;
  {
    busy_pool busy;
    for (int i = 0; i < 20; ++i) busy.pool.submit([&] { ++ran; });
    EXPECT_EQ(ran, 0);
    busy.gate.release();
  }
  EXPECT_EQ(ran, 20);
}

TEST(thread_pool, a_result_outlives_the_pool) {
  future<int> kept = [] {
    thread_pool pool{1};
    return pool.submit([] { return 42; });
  }();
  EXPECT_TRUE(kept.done());
  EXPECT_EQ(kept.result(), 42);
}

TEST(thread_pool, after_shutdown_it_takes_no_more) {
  std::atomic<int> ran = 0;
  thread_pool pool{1};
  for (int i = 0; i < 20; ++i) pool.submit([&] { ++ran; });
  pool.shutdown();
  EXPECT_EQ(ran, 20);
  auto argument = std::make_shared<int>(0);
  EXPECT_THROW(pool.submit([](const std::shared_ptr<int>&) {}, argument), std::runtime_error);
  EXPECT_EQ(argument.use_count(), 1);  // what was refused keeps nothing
  pool.shutdown();
}

TEST(thread_pool, arguments_are_its_own_copies_and_what_moves_is_moved) {
  busy_pool busy;
  std::vector<int> numbers{1, 2, 3};
  auto add = [](const std::vector<int>& copied, std::unique_ptr<int> moved) {
    int total = *moved;
    for (int each : copied) total += each;
    return total;
  };
  future<int> sum = busy.pool.submit(add, numbers, std::make_unique<int>(36));
  numbers.assign(3, 1000);
  busy.gate.release();
  EXPECT_EQ(sum.result(), 42);
}

TEST(thread_pool, a_call_may_submit_to_its_own_pool) {
  thread_pool pool{1};
  std::atomic<int> ran = 0;
  pool.submit([&] {
        for (int i = 0; i < 10; ++i) pool.submit([&] { ++ran; });
      })
      .result();
  pool.shutdown();
  EXPECT_EQ(ran, 10);
}

TEST(thread_pool, many_producers_lose_nothing) {
  constexpr int producers = 6;
  constexpr int calls = 300;
  thread_pool pool{3};
  std::vector<std::atomic<int>> ran(producers * calls);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int producer = 0; producer < producers; ++producer) {
      threads.emplace_back([&, producer] {
        std::vector<future<int>> mine;
        for (int i = 0; i < calls; ++i) {
          const int number = producer * calls + i;
          mine.push_back(pool.submit([&ran, number] {
            ++ran[static_cast<std::size_t>(number)];
            return number;
          }));
        }
        for (int i = 0; i < calls; ++i) {
          if (mine[static_cast<std::size_t>(i)].result() != producer * calls + i) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  for (const auto& count : ran) EXPECT_EQ(count, 1);
}

TEST(thread_pool, cancelling_from_another_thread_or_running_is_one_of_the_two) {
  thread_pool pool{2};
  std::atomic<int> ran = 0;
  int cancelled = 0;
  for (int i = 0; i < 500; ++i) {
    future<void> raced = pool.submit([&] { ++ran; });
    if (raced.cancel()) {
      ++cancelled;
    } else {
      raced.result();
    }
  }
  pool.shutdown();
  EXPECT_EQ(ran + cancelled, 500);
}

TEST(thread_pool, blocking_on_a_loops_own_thread_is_an_error_that_says_what_to_do) {
  run([]() -> task<> {
    busy_pool busy;
    std::string message;
    try {
      busy.first.result();
    } catch (const std::logic_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "future::result() would block the loop of this thread: co_await it");
    EXPECT_THROW(busy.first.exception(), std::logic_error);
    busy.gate.release();
    co_await busy.first;
    busy.first.result();  // done: nothing blocks
  });
}

// A worker takes calls to itself, many at once. When the first of them does not end, the others are
// made by a worker that never lacks work.
TEST(thread_pool, what_lies_behind_a_long_call_is_made_while_others_keep_coming) {
  std::binary_semaphore begun(0);
  std::binary_semaphore opened(0);
  thread_pool pool(2);  // ends first: its threads may still be at the semaphores
  std::vector<future<void>> all;
  for (int i = 0; i < 100; ++i) all.push_back(pool.submit([] {}));
  auto busy = pool.submit([&] {
    begun.release();
    opened.acquire();
  });
  for (int i = 0; i < 100; ++i) all.push_back(pool.submit([] {}));
  begun.acquire();
  std::jthread others([&pool](const std::stop_token& stop) {
    std::vector<future<void>> more;
    while (!stop.stop_requested()) {
      for (int i = 0; i < 1000; ++i) more.push_back(pool.submit([] {}));
      for (auto& each : more) each.result();
      more.clear();
    }
  });
  for (auto& each : all) each.result();
  EXPECT_TRUE(busy.running());
  opened.release();
}

TEST(thread_pool, one_thread_begins_all_in_their_order_also_when_a_call_blocks) {
  thread_pool pool({.size = 1, .blocking_max = 1});
  std::binary_semaphore closed(0);
  std::binary_semaphore opened(0);
  std::vector<int> order;
  std::vector<future<void>> all;
  auto first = pool.submit([&] { closed.acquire(); });  // until all are there
  auto blocked = pool.submit_blocking([&] { opened.acquire(); });
  for (int i = 0; i < 200; ++i) all.push_back(pool.submit([&order, i] { order.push_back(i); }));
  closed.release();
  for (auto& each : all) each.result();  // made by the thread that took its place
  opened.release();
  blocked.result();
  for (int i = 0; i < 200; ++i) ASSERT_EQ(order.at(static_cast<std::size_t>(i)), i);
}

}  // namespace
