// process_pool: results, failures, options and ends.
#include "pirn/process/process_pool.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <numeric>
#include <ranges>
#include <semaphore>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/core/within.hpp"
#include "pirn/process/process_pool_test.hpp"
#include "pirn/run/run.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

int sum(int a, int b) {
  return a + b;
}
int own_pid() {
  return ::getpid();
}
int setting = 0;
void set(int value) {
  setting = value;
}

TEST(process_pool, is_an_executor) {
  static_assert(executor<process_pool>);
  process_pool pool{{.size = 3, .name = "sums"}};
  EXPECT_EQ(pool.name(), "sums");
  EXPECT_EQ(pool.concurrency(), 3U);
}

TEST(process_pool, calls_are_made_in_another_process) {
  process_pool pool{2};
  EXPECT_EQ(pool.submit(sum, 40, 2).result(), 42);
  EXPECT_EQ(pool.submit<&sum>(40, 2).result(), 42);
  EXPECT_EQ(pool.submit([](std::string text) { return text + "!"; }, "four").result(), "four!");
  EXPECT_NE(pool.submit(own_pid).result(), ::getpid());
}

TEST(process_pool, processes_begin_when_there_is_work_for_them) {
  process_pool pool{2};
  EXPECT_TRUE(pool.worker_pids().empty());
  for (int i = 0; i < 5; ++i) pool.submit(sum, i, i).result();
  EXPECT_EQ(pool.worker_pids().size(), 1U);
  shared_gates gates;
  auto first = pool.submit(pass_gate, gates);
  auto second = pool.submit(pass_gate, gates);
  gates.wait_until_begun();
  gates.wait_until_begun();
  EXPECT_EQ(pool.worker_pids().size(), 2U);
  gates.open();
  gates.open();
}

TEST(process_pool, each_of_many_calls_gets_its_own_result) {
  process_pool pool{2};
  std::vector<future<int>> all;
  for (int i = 0; i < 10'000; ++i) all.push_back(pool.submit<&sum>(i, 1));
  int expected = 0;
  for (future<int>& each : all) ASSERT_EQ(each.result(), ++expected);
}

TEST(process_pool, map_gives_the_results_in_order_in_chunks_of_any_size) {
  process_pool pool{2};
  for (std::size_t chunk : {1U, 7U, 1000U}) {
    int expected = 0;
    for (int each :
         pool.map({.chunk = chunk}, sum, std::views::iota(0, 500), std::views::iota(1))) {
      ASSERT_EQ(each, 2 * expected++ + 1);
    }
    EXPECT_EQ(expected, 500);
  }
  auto odd = [](int number) {
    if (number % 2 == 0) throw std::out_of_range("even");
    return std::to_string(number);
  };
  auto results = pool.map({.chunk = 3}, odd, std::views::iota(0, 10));
  int failed = 0;
  for (auto at = results.begin(); at != results.end(); ++at) {
    try {
      EXPECT_FALSE((*at).empty());
    } catch (const std::out_of_range&) {
      ++failed;
    }
  }
  EXPECT_EQ(failed, 5);
}

TEST(process_pool, what_a_call_throws_is_thrown_by_its_future) {
  process_pool pool{1};
  auto failed =
      pool.submit([](int index) { std::vector<int>().at(static_cast<std::size_t>(index)); }, 7);
  EXPECT_THROW(failed.result(), std::out_of_range);
  auto code =
      pool.submit([] { throw std::system_error(ENOENT, std::generic_category(), "open x"); });
  try {
    code.result();
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_STREQ(error.what(), "open x: No such file or directory");
  }
  EXPECT_EQ(pool.submit(sum, 40, 2).result(), 42);
}

TEST(process_pool, long_arguments_and_results_arrive) {
  process_pool pool{2};
  std::vector<double> numbers(1'000'000);
  std::iota(numbers.begin(), numbers.end(), 0.0);
  auto doubled = [](std::vector<double> each) {
    for (double& number : each) number *= 2;
    return each;
  };
  std::vector<future<std::vector<double>>> all;
  for (int i = 0; i < 4; ++i) all.push_back(pool.submit(doubled, numbers));
  for (auto& each : all) EXPECT_EQ(each.result().back(), 2.0 * 999'999);
}

TEST(process_pool, a_shared_block_is_the_same_memory_in_both) {
  process_pool pool{1};
  shared_block block(8'000'000);
  auto fill = [](shared_block mine) {
    std::ranges::fill(mine.as<int>(), 7);
    return mine;
  };
  shared_block back = pool.submit(fill, block).result();
  EXPECT_EQ(block.as<int>().back(), 7);
  block.as<int>().front() = 8;
  EXPECT_EQ(back.as<int>().front(), 8);
}

TEST(process_pool, a_call_that_has_not_begun_can_be_cancelled) {
  process_pool pool{1};
  shared_gates gates;
  auto first = pool.submit(pass_gate, gates);
  auto second = pool.submit(sum, 40, 2);
  gates.wait_until_begun();
  EXPECT_TRUE(first.running());
  EXPECT_FALSE(first.cancel());
  EXPECT_TRUE(second.cancel());
  gates.open();
  EXPECT_THROW(second.result(), future_cancelled);
  first.result();
}

TEST(process_pool, calls_sent_ahead_to_a_process_that_takes_long_are_made_by_another) {
  process_pool pool{2};
  std::vector<future<int>> all;  // short calls, after which calls are sent ahead
  for (int i = 0; i < 1000; ++i) all.push_back(pool.submit(sum, i, i));
  for (auto& each : all) each.result();
  shared_gates gates;
  auto long_one = pool.submit(pass_gate, gates);
  all.clear();
  for (int i = 0; i < 200; ++i) all.push_back(pool.submit(sum, i, i));
  for (auto& each : all) each.result();  // while the long one stands at the gate
  EXPECT_FALSE(long_one.done());
  gates.open();
  long_one.result();
}

TEST(process_pool, the_initializer_runs_in_each_process) {
  process_pool pool{{.size = 2}, set, 42};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(pool.submit([] { return setting; }).result(), 42);
  EXPECT_EQ(setting, 0);
}

TEST(process_pool, an_initializer_that_fails_breaks_the_pool) {
  process_pool pool{{.size = 2, .name = "broken"}, [] { throw std::runtime_error("a mistake"); }};
  auto call = pool.submit(sum, 40, 2);
  try {
    call.result();
    FAIL();
  } catch (const broken_executor& error) {
    EXPECT_STREQ(error.what(), "the initializer of process pool 'broken' failed: a mistake");
  }
  EXPECT_THROW(pool.submit(sum, 1, 1), broken_executor);
}

TEST(process_pool, a_process_is_replaced_after_so_many_calls) {
  process_pool pool{{.size = 1, .max_tasks_per_child = 3}};
  std::vector<future<int>> all;
  for (int i = 0; i < 12; ++i) all.push_back(pool.submit(own_pid));
  std::vector<int> pids;
  for (auto& each : all) pids.push_back(each.result());
  EXPECT_EQ(std::set(pids.begin(), pids.end()).size(), 4U);
  for (int pid : pids) EXPECT_EQ(std::ranges::count(pids, pid), 3);
}

TEST(process_pool, shutdown_makes_what_was_submitted_and_takes_no_more) {
  process_pool pool{2};
  std::vector<future<int>> all;
  for (int i = 0; i < 100; ++i) all.push_back(pool.submit(sum, i, 1));
  pool.shutdown();
  for (auto& each : all) EXPECT_TRUE(each.done());
  EXPECT_TRUE(pool.worker_pids().empty());
  EXPECT_THROW(pool.submit(sum, 1, 1), std::runtime_error);
  pool.shutdown();
}

TEST(process_pool, shutdown_can_cancel_what_has_not_begun) {
  process_pool pool{1};
  shared_gates gates;
  auto first = pool.submit(pass_gate, gates);
  auto second = pool.submit(sum, 40, 2);
  gates.wait_until_begun();
  pool.shutdown({.wait = false, .cancel_pending = true});
  EXPECT_TRUE(second.cancelled());
  gates.open();
  pool.shutdown();
  first.result();
}

TEST(process_pool, a_callback_may_submit) {
  process_pool pool{1};
  std::binary_semaphore done{0};
  int result = 0;
  auto first = pool.submit(sum, 1, 1);
  first.add_done_callback([&](future<int>& one) {
    pool.submit(sum, one.result(), 40).add_done_callback([&](future<int>& two) {
      result = two.result();
      done.release();
    });
  });
  done.acquire();
  EXPECT_EQ(result, 42);
}

TEST(process_pool, waiting_for_it_in_a_callback_is_a_mistake_that_says_so) {
  auto wait_in_a_callback = [] {
    process_pool pool{1};
    shared_gates gates;
    auto call = pool.submit(pass_gate, gates);
    call.add_done_callback([&pool](auto&) { pool.shutdown(); });
    gates.open();
    call.result();
  };
  EXPECT_DEATH(wait_in_a_callback(), "is not waited for in a callback of one of its futures");
}

TEST(process_pool, pools_may_be_in_processes_of_pools) {
  auto inner = [](int number) {
    process_pool pool{1};
    return pool.submit(sum, number, 1).result();
  };
  process_pool outer{2};
  EXPECT_EQ(outer.submit(inner, 41).result(), 42);
}

TEST(process_pool, a_task_awaits_results_while_its_loop_goes_on) {
  auto main = []() -> task<int> {
    process_pool pool{2};
    int total = co_await pool.submit(sum, 40, 2);
    shared_gates gates;
    auto stuck = pool.submit(pass_gate, gates);
    auto wait = [](auto& awaited) -> task<> { co_await awaited; };
    bool ended = co_await move_on_after(5ms, wait(stuck));
    EXPECT_FALSE(ended);
    gates.open();
    co_await stuck;
    co_return total;
  };
  EXPECT_EQ(run(main), 42);
}

TEST(process_pool, a_waiting_call_may_be_cancelled_and_its_future_dropped) {
  process_pool pool{1};
  shared_gates gates;
  auto busy = pool.submit(pass_gate, gates);
  gates.wait_until_begun();
  EXPECT_TRUE(pool.submit([] {}).cancel());
  gates.open();
  busy.result();
  EXPECT_EQ(pool.submit([] { return 4; }).result(), 4);
}

// The gate may have calls behind it in its process, which the other one has to get though it never
// lacks work.
TEST(process_pool, what_lies_behind_a_long_call_is_made_while_others_keep_coming) {
  process_pool pool{2};
  for (int i = 0; i < 200; ++i) pool.submit([] {}).result();  // short ones, as far as it knows
  shared_gates gates;
  std::vector<future<void>> before;
  std::vector<future<void>> behind;
  for (int i = 0; i < 40; ++i) before.push_back(pool.submit([] {}));
  auto busy = pool.submit(pass_gate, gates);
  for (int i = 0; i < 40; ++i) behind.push_back(pool.submit([] {}));
  gates.wait_until_begun();
  std::jthread others([&pool](const std::stop_token& stop) {
    std::vector<future<void>> all;
    while (!stop.stop_requested()) {
      for (int i = 0; i < 100; ++i) all.push_back(pool.submit([] {}));
      for (auto& each : all) each.result();
      all.clear();
    }
  });
  for (auto& each : behind) each.result();
  EXPECT_TRUE(busy.running());
  gates.open();
}

}  // namespace
