// as_completed: futures of several executors in the order of their ends.
#include "pirn/exec/as_completed.hpp"

#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/exec/promise.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

struct promises {
  promise<int> made[3];
  std::vector<future<int>> futures{made[0].get_future(), made[1].get_future(),
                                   made[2].get_future()};
};

std::vector<int> results_of(auto&& done) {
  std::vector<int> results;
  for (future<int>& each : done) results.push_back(each.result());
  return results;
}

TEST(as_completed_futures, come_in_the_order_of_their_ends) {
  promises three;
  as_completed done(three.futures);
  three.made[2].set_value(2);
  three.made[0].set_value(0);
  three.made[1].set_value(1);
  EXPECT_EQ(results_of(done), (std::vector{2, 0, 1}));
}

TEST(as_completed_futures, those_that_had_ended_come_first) {
  promises three;
  three.made[1].set_value(1);
  as_completed done(three.futures);
  three.made[0].set_value(0);
  three.made[2].set_value(2);
  EXPECT_EQ(results_of(done), (std::vector{1, 0, 2}));
}

TEST(as_completed_futures, one_that_is_given_twice_comes_once) {
  promises three;
  three.made[0].set_value(7);
  EXPECT_EQ(results_of(as_completed(std::vector{three.futures[0], three.futures[0]})),
            (std::vector{7}));
}

TEST(as_completed_futures, of_nothing_are_over_at_once) {
  EXPECT_EQ(results_of(as_completed(std::vector<future<int>>{})), std::vector<int>{});
}

TEST(as_completed_futures, a_cancelled_one_has_ended_too) {
  promises three;
  three.futures[0].cancel();
  as_completed done(three.futures);
  three.futures[1].cancel();
  three.made[2].set_value(2);
  int cancelled = 0;
  for (future<int>& each : done) cancelled += each.cancelled() ? 1 : 0;
  EXPECT_EQ(cancelled, 2);
}

TEST(as_completed_futures, the_time_is_counted_from_the_making) {
  promises three;
  three.made[1].set_value(1);
  std::vector<int> results;
  std::string message;
  try {
    for (future<int>& each : as_completed(three.futures, 1ms)) results.push_back(each.result());
  } catch (const timeout_error& error) {
    message = error.what();
  }
  EXPECT_EQ(results, (std::vector{1}));
  EXPECT_EQ(message, "2 (of 3) futures unfinished");
  EXPECT_EQ(three.futures[0].status(), future_status::pending);
}

TEST(as_completed_futures, no_time_at_all_gives_what_is_there) {
  promises three;
  for (int i : {0, 1, 2}) three.made[i].set_value(i);
  EXPECT_EQ(results_of(as_completed(three.futures, 0s)), (std::vector{0, 1, 2}));
}

TEST(as_completed_futures, of_two_executors_and_two_types) {
  thread_pool numbers{1};
  thread_pool texts{1};
  std::vector<future_base> all{numbers.submit([] { return 1; }),
                               texts.submit([] { return std::string("one"); })};
  int count = 0;
  for (future_base& each : as_completed(all)) count += each.done() ? 1 : 0;
  EXPECT_EQ(count, 2);
}

TEST(as_completed_futures, may_be_left_while_others_end) {
  for (int round = 0; round < 200; ++round) {
    thread_pool pool{2};
    std::vector<future<int>> futures;
    for (int i = 0; i < 8; ++i) futures.push_back(pool.submit([i] { return i; }));
    for (future<int>& each : as_completed(futures)) {
      if (each.result() >= 0) break;
    }
  }
}

class completed_futures_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, completed_futures_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(completed_futures_test, a_task_takes_them_in_the_order_of_their_ends) {
  on_loop([]() -> task<> {
    promises three;
    as_completed done(three.futures);
    auto keep_all = [&]() -> task<> {
      for (int each : {2, 0, 1}) {
        three.made[each].set_value(each);
        co_await sleep_for(1ms);
      }
    };
    std::vector<int> results;
    co_await with_group([&](task_group& group) -> task<> {
      group.start(keep_all());
      while (std::optional<future<int>> each = co_await done.next()) {
        results.push_back(each->result());
      }
    });
    EXPECT_EQ(results, (std::vector{2, 0, 1}));
  });
}

TEST_P(completed_futures_test, a_task_is_told_when_the_time_has_passed) {
  on_loop([]() -> task<> {
    promises three;
    three.made[0].set_value(0);
    as_completed done(three.futures, 5ms);
    const time_point begun = now();
    std::optional<future<int>> first = co_await done.next();
    EXPECT_EQ(first.value().result(), 0);
    bool late = false;
    try {
      co_await done.next();
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    EXPECT_GE(now() - begun, 5ms);
  });
}

TEST_P(completed_futures_test, a_cancelled_wait_loses_nothing_and_cancels_nothing) {
  on_loop([]() -> task<> {
    promises three;
    as_completed done(three.futures);
    auto ended = co_await move_on_after(1ms, done.next());
    EXPECT_FALSE(ended);
    EXPECT_EQ(three.futures[0].status(), future_status::pending);
    for (int i : {0, 1, 2}) three.made[i].set_value(i);
    int count = 0;
    while (std::optional<future<int>> each = co_await done.next()) ++count;
    EXPECT_EQ(count, 3);
  });
}

TEST_P(completed_futures_test, blocking_for_them_on_a_loop_is_an_error) {
  on_loop([]() -> task<> {
    promises three;
    as_completed done(three.futures);
    std::string message;
    try {
      done.begin();
    } catch (const std::logic_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message,
              "waiting for the end of futures would block the loop of this thread: co_await "
              "done.next()");
    three.made[1].set_value(1);
    EXPECT_EQ((*done.begin()).result(), 1);  // it is there: nothing blocks
    co_return;
  });
}

}  // namespace
