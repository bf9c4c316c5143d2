// virtual_executor: calls that take simulated time.
#include "pirn/exec/virtual_executor.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/as_completed.hpp"
#include "pirn/exec/broken_executor.hpp"
#include "pirn/exec/run_in_executor.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

static_assert(executor<virtual_executor>);

TEST(virtual_executor, a_call_takes_its_time_and_is_made_at_the_end_of_it) {
  run_virtual([]() -> task<> {
    virtual_executor workers({.call_time = 3s});
    const time_point begun = now();
    future<time_point> ended = workers.submit([] { return now(); });
    EXPECT_TRUE(ended.running());
    time_point made = co_await ended;
    EXPECT_EQ(made - begun, 3s);
    EXPECT_EQ(now(), made);
  });
}

TEST(virtual_executor, as_many_calls_as_workers_go_on_at_once) {
  run_virtual([]() -> task<> {
    virtual_executor workers({.size = 2, .call_time = 1s});
    std::vector<future<void>> futures;
    for (int i = 0; i < 5; ++i) futures.push_back(workers.submit([] {}));
    EXPECT_TRUE(futures[1].running());
    EXPECT_FALSE(futures[2].running());
    const time_point begun = now();
    for (future<void>& each : futures) co_await each;
    EXPECT_EQ(now() - begun, 3s);
  });
}

TEST(virtual_executor, each_call_may_take_a_time_of_its_own) {
  run_virtual([]() -> task<> {
    duration next = 4s;
    virtual_executor workers({.size = 3}, {}, [&next] { return next -= 1s; });
    std::vector<future<int>> futures;
    for (int i = 0; i < 3; ++i) futures.push_back(workers.submit([i] { return i; }));
    as_completed done(futures);
    std::vector<int> order;
    while (std::optional<future<int>> each = co_await done.next()) order.push_back(each->result());
    EXPECT_EQ(order, (std::vector{2, 1, 0}));
  });
}

TEST(virtual_executor, each_worker_is_initialized_before_its_first_call) {
  run_virtual([]() -> task<> {
    int initialized = 0;
    virtual_executor workers({.size = 3, .call_time = 1s}, [&initialized] { ++initialized; });
    for (int round = 0; round < 2; ++round) {
      auto first = workers.submit([&initialized] { return initialized; });
      auto second = workers.submit([&initialized] { return initialized; });
      EXPECT_EQ(co_await first, 2);
      EXPECT_EQ(co_await second, 2);
    }
    EXPECT_EQ(initialized, 2);  // the third had nothing to do
  });
}

TEST(virtual_executor, an_initializer_that_throws_breaks_it) {
  run_virtual([]() -> task<> {
    int left = 1;
    virtual_executor workers({.size = 2, .call_time = 1s, .name = "weak"}, [&left] {
      if (left-- == 0) throw std::runtime_error("no more");
    });
    auto first = workers.submit([] { return 1; });
    auto second = workers.submit([] { return 2; });
    EXPECT_EQ(co_await first, 1);  // it had begun
    try {
      co_await second;
      ADD_FAILURE() << "it was made";
    } catch (const broken_executor& broken) {
      EXPECT_STREQ(broken.what(), "the initializer of the virtual executor 'weak' failed: no more");
    }
    EXPECT_THROW(workers.submit([] {}), broken_executor);
  });
}

TEST(virtual_executor, what_a_call_throws_is_its_futures) {
  run_virtual([]() -> task<> {
    virtual_executor workers;
    future<void> failed = workers.submit([] { throw std::runtime_error("a mistake"); });
    bool threw = false;
    try {
      co_await failed;
    } catch (const std::runtime_error&) {
      threw = true;
    }
    EXPECT_TRUE(threw);
  });
}

TEST(virtual_executor, a_call_that_waits_can_be_cancelled_and_one_that_runs_cannot) {
  run_virtual([]() -> task<> {
    virtual_executor workers({.call_time = 1s});
    future<void> running = workers.submit([] {});
    bool called = false;
    future<void> waiting = workers.submit([&called] { called = true; });
    EXPECT_FALSE(running.cancel());
    EXPECT_TRUE(waiting.cancel());
    co_await running;
    co_await sleep_for(5s);
    EXPECT_FALSE(called);
  });
}

TEST(virtual_executor, its_end_makes_what_is_left_at_once) {
  run_virtual([]() -> task<> {
    const time_point begun = now();
    std::vector<int> made;
    {
      virtual_executor workers({.size = 1, .call_time = 1s});
      for (int i = 0; i < 3; ++i) workers.submit([&made, i] { made.push_back(i); });
    }
    EXPECT_EQ(made, (std::vector{0, 1, 2}));
    EXPECT_EQ(now(), begun);
    co_return;
  });
}

TEST(virtual_executor, shut_down_it_takes_no_more_and_may_cancel_what_waits) {
  run_virtual([]() -> task<> {
    virtual_executor workers({.call_time = 1s});
    future<int> running = workers.submit([] { return 1; });
    future<int> waiting = workers.submit([] { return 2; });
    workers.shutdown({.wait = false, .cancel_pending = true});
    EXPECT_THROW(workers.submit([] {}), std::runtime_error);
    EXPECT_TRUE(waiting.cancelled());
    int value = co_await running;
    EXPECT_EQ(value, 1);
  });
}

TEST(virtual_executor, map_takes_as_long_as_its_chunks) {
  run_virtual([]() -> task<> {
    virtual_executor workers({.size = 2, .call_time = 1s});
    auto square = [](int number) { return number * number; };
    const time_point begun = now();
    auto results = workers.map({.chunk = 5}, square, std::views::iota(0, 20));
    int total = 0;
    while (std::optional<int> each = co_await results.next()) total += *each;
    EXPECT_EQ(total, 2470);
    EXPECT_EQ(now() - begun, 2s);
  });
}

TEST(virtual_executor, a_cancelled_waiter_withdraws_what_waits) {
  run_virtual([]() -> task<> {
    virtual_executor workers({.call_time = 1s});
    bool called = false;
    const time_point begun = now();
    future<void> first = workers.submit([] {});
    auto ended =
        co_await move_on_after(100ms, run_in_executor(workers, [&called] { called = true; }));
    EXPECT_FALSE(ended);
    EXPECT_EQ(now() - begun, 100ms);
    co_await sleep_for(5s);
    EXPECT_FALSE(called);
  });
}

TEST(virtual_executor, a_cancelled_waiter_waits_for_what_runs) {
  run_virtual([]() -> task<> {
    virtual_executor workers({.call_time = 1s});
    const time_point begun = now();
    auto asked = [](std::stop_token stop) { return stop.stop_requested(); };
    auto was_asked = co_await move_on_after(100ms, run_in_executor(workers, asked));
    EXPECT_EQ(was_asked, true);
    EXPECT_EQ(now() - begun, 1s);
  });
}

}  // namespace
