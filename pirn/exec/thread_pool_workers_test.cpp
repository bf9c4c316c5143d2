// thread_pool: who makes a call: a worker, another one that has nothing to do, the one that waits.
#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/exec/busy_pool_test.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/platform/thread_name.hpp"
#include "pirn/run/run.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

int depth_by_waiting(thread_pool& pool, int depth) {
  if (depth == 0) return 0;
  return 1 + pool.submit(depth_by_waiting, std::ref(pool), depth - 1).result();
}

TEST(thread_pool_workers, calls_that_wait_for_each_other_need_no_second_thread) {
  for (unsigned size : {1U, 2U}) {
    thread_pool pool{size};
    EXPECT_EQ(pool.submit(depth_by_waiting, std::ref(pool), 50).result(), 50);
  }
}

TEST(thread_pool_workers, a_call_that_waits_for_one_that_runs_elsewhere_blocks_for_it) {
  thread_pool pool{2};
  std::binary_semaphore gate{0};
  std::binary_semaphore begun{0};
  future<int> slow = pool.submit([&] {
    begun.release();
    gate.acquire();
    return 7;
  });
  begun.acquire();
  future<int> waits = pool.submit([slow] { return slow.result() + 1; });
  while (!waits.running()) std::this_thread::yield();
  gate.release();
  EXPECT_EQ(waits.result(), 8);
}

TEST(thread_pool_workers, what_a_call_submits_is_taken_by_another_while_it_goes_on) {
  std::binary_semaphore done{0};
  thread_pool pool{2};  // ends first: the inner call may still be at the semaphore
  auto outer = [&] {
    pool.submit([&] { done.release(); });
    done.acquire();  // would wait for ever if nobody took it
  };
  pool.submit(outer).result();
}

TEST(thread_pool_workers, a_plain_caller_helps_only_where_it_was_asked_for) {
  for (bool helps : {false, true}) {
    std::binary_semaphore gate{0};
    std::binary_semaphore begun{0};
    thread_pool pool{{.size = 1, .callers_help = helps}};
    future<void> first = pool.submit([&] {
      begun.release();
      gate.acquire();
    });
    begun.acquire();
    future<std::thread::id> second = pool.submit([] { return std::this_thread::get_id(); });
    if (!helps) gate.release();
    EXPECT_EQ(second.result() == std::this_thread::get_id(), helps);
    if (helps) gate.release();
    first.result();
  }
}

TEST(thread_pool_workers, one_thread_helped_or_not_makes_each_call_once) {
  thread_pool pool{{.size = 2, .callers_help = true}};
  std::atomic<int> ran = 0;
  for (int i = 0; i < 2000; ++i) pool.submit([&] { ++ran; }).result();
  EXPECT_EQ(ran, 2000);
}

TEST(thread_pool_workers, each_thread_calls_the_initializer_first_and_has_the_pools_name) {
  static thread_local int initialized = 0;
  thread_pool pool{{.size = 2, .name = "hash"}, [] { ++initialized; }};
  EXPECT_EQ(pool.name(), "hash");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(pool.submit([] { return initialized; }).result(), 1);
    const std::string name = pool.submit([] { return detail::thread_name(); }).result();
    EXPECT_TRUE(name == "hash-0" || name == "hash-1") << name;
  }
}

TEST(thread_pool_workers, a_failing_initializer_breaks_the_pool) {
  std::binary_semaphore gate{0};
  thread_pool pool{{.size = 1, .name = "bad"}, [&] {
                     gate.acquire();
                     throw std::runtime_error("no licence");
                   }};
  future<int> first = pool.submit([] { return 1; });
  future<int> second = pool.submit([] { return 2; });
  gate.release();
  std::string message;
  try {
    first.result();
  } catch (const broken_executor& error) {
    message = error.what();
  }
  EXPECT_EQ(message, "the initializer of the thread pool 'bad' failed: no licence");
  EXPECT_THROW(second.result(), broken_executor);
  EXPECT_THROW(pool.submit([] {}), broken_executor);
}

TEST(thread_pool_workers, shutdown_may_cancel_what_has_not_begun) {
  busy_pool busy;
  std::vector<future<void>> waiting;
  std::atomic<int> ran = 0;
  for (int i = 0; i < 50; ++i) waiting.push_back(busy.pool.submit([&] { ++ran; }));
  busy.pool.shutdown({.wait = false, .cancel_pending = true});
  for (const auto& each : waiting) EXPECT_TRUE(each.cancelled());
  EXPECT_FALSE(busy.first.done());
  busy.gate.release();
  busy.first.result();
  busy.pool.shutdown();
  EXPECT_EQ(ran, 0);
}

TEST(thread_pool_workers, a_bounded_pool_makes_the_caller_wait_for_room) {
  std::binary_semaphore gate{0};
  std::binary_semaphore begun{0};
  thread_pool pool{{.size = 1, .queue_max = 2}};
  pool.submit([&] {
    begun.release();
    gate.acquire();
  });
  begun.acquire();
  pool.submit([] {});
  pool.submit([] {});
  EXPECT_FALSE(pool.try_submit([] {}).has_value());
  std::atomic<bool> added = false;
  std::jthread caller([&] {
    pool.submit([] {});
    added = true;
  });
  EXPECT_FALSE(added);
  gate.release();
  caller.join();
  EXPECT_TRUE(added);
  pool.shutdown();
  EXPECT_EQ(pool.statistics().queued, 0U);
}

TEST(thread_pool_workers, waiting_for_room_on_a_loop_is_an_error_that_says_what_to_do) {
  std::binary_semaphore gate{0};
  std::binary_semaphore begun{0};
  thread_pool pool{{.size = 1, .name = "full", .queue_max = 1}};
  pool.submit([&] {
    begun.release();
    gate.acquire();
  });
  begun.acquire();
  pool.submit([] {});
  std::string message;
  run([&]() -> task<> {
    try {
      pool.submit([] {});
    } catch (const std::logic_error& error) {
      message = error.what();
    }
    co_return;
  });
  gate.release();
  EXPECT_EQ(message,
            "submit: waiting for room in the thread pool 'full' would block the loop of this "
            "thread: use try_submit()");
}

TEST(thread_pool_workers, a_call_that_says_it_blocks_is_replaced_by_another_thread) {
  thread_pool pool{{.size = 1, .blocking_max = 1}};
  std::binary_semaphore gate{0};
  std::binary_semaphore told{0};
  future<void> blocks = pool.submit([&] {
    const blocking_hint hint;
    told.release();
    gate.acquire();
  });
  told.acquire();
  EXPECT_EQ(pool.submit([] { return 1; }).result(), 1);  // by the other thread
  EXPECT_EQ(pool.statistics().started, 2U);
  EXPECT_EQ(pool.statistics().blocked, 1U);
  gate.release();
  blocks.result();
  EXPECT_EQ(pool.submit_blocking([] { return 2; }).result(), 2);
  EXPECT_EQ(pool.statistics().blocked, 0U);
}

TEST(thread_pool_workers, no_more_threads_than_asked_for_take_the_place_of_blocked_ones) {
  thread_pool pool{{.size = 1, .blocking_max = 2}};
  std::counting_semaphore<8> gate{0};
  std::counting_semaphore<8> told{0};
  std::vector<future<void>> all;
  for (int i = 0; i < 6; ++i) {
    all.push_back(pool.submit([&] {
      const blocking_hint hint;
      told.release();
      gate.acquire();
    }));
  }
  for (int i = 0; i < 3; ++i) told.acquire();
  EXPECT_FALSE(told.try_acquire());
  EXPECT_EQ(pool.statistics().started, 3U);
  gate.release(6);
  for (auto& each : all) each.result();
}

TEST(thread_pool_workers, a_hint_outside_of_a_pool_means_nothing) {
  const blocking_hint hint;
}

TEST(thread_pool_workers, a_task_awaits_a_call_or_a_job_and_asks_it_to_stop) {
  thread_pool pool{2};
  auto doubles = [](int number) -> job<int> { co_return 2 * number; };
  std::binary_semaphore begun{0};
  bool stopped = false;
  auto until_stopped = [&](std::stop_token stop) {
    begun.release();
    while (!stop.stop_requested()) std::this_thread::yield();
    stopped = true;
  };
  run([&]() -> task<> {
    const int sum = co_await pool.run([](int a, int b) { return a + b; }, 1, 2);
    EXPECT_EQ(sum, 3);
    const int twice = co_await pool.run(doubles, 21);
    EXPECT_EQ(twice, 42);
    auto cancels = [&](task_group& group) -> task<> {
      child<> asked = group.start(pool.run(until_stopped));
      while (!begun.try_acquire()) co_await sleep_for(100us);
      asked.cancel();
    };
    co_await with_group(cancels);
  });
  EXPECT_TRUE(stopped);
}

// Each worker has calls of its own at all times, since each submits the next.
TEST(thread_pool_workers, calls_from_outside_have_their_turn_beside_those_that_go_on_for_ever) {
  thread_pool pool{2};
  std::atomic<bool> over = false;
  std::function<void()> again = [&] {
    if (!over) static_cast<void>(pool.submit(std::ref(again)));
  };
  std::latch both(2);
  auto begin = [&] {
    both.arrive_and_wait();
    for (int i = 0; i < 4; ++i) static_cast<void>(pool.submit(std::ref(again)));
  };
  auto first = pool.submit(begin);
  auto second = pool.submit(begin);
  first.result();
  second.result();
  EXPECT_EQ(pool.submit([] { return 1; }).result(), 1);
  over = true;
  pool.shutdown();
}

/// Holds up two threads.
struct two_busy {
  std::counting_semaphore<2> gate{0};
  std::latch begun{2};

  void pass() {
    begun.arrive_and_wait();
    gate.acquire();
  }
};

TEST(thread_pool_workers, a_shutdown_that_cancels_reaches_what_busy_threads_have_taken) {
  two_busy both;
  thread_pool pool{2};
  std::vector<future<void>> calls;
  for (int i = 0; i < 100; ++i) {
    calls.push_back(pool.submit([&both, i] {
      if (i < 2) both.pass();
    }));
  }
  both.begun.wait();
  pool.shutdown({.wait = false, .cancel_pending = true});
  for (std::size_t i = 2; i < calls.size(); ++i) ASSERT_TRUE(calls[i].done()) << i;
  both.gate.release(2);
}

TEST(thread_pool_workers, no_more_calls_wait_than_may_and_all_are_counted) {
  two_busy both;
  thread_pool pool{{.size = 2, .queue_max = 8}};
  auto pass = [&both] { both.pass(); };
  auto first = pool.submit(pass);
  auto second = pool.submit(pass);
  both.begun.wait();
  std::size_t waiting = 0;
  while (pool.try_submit([] {})) ++waiting;
  EXPECT_EQ(waiting, 8U);
  EXPECT_EQ(pool.statistics().queued, 8U);
  both.gate.release(2);
}

}  // namespace
