// map: results in order or as they come, lazily, with failures at their own element.
#include "pirn/exec/map.hpp"

#include <atomic>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "pirn/exec/inline_executor.hpp"
#include "pirn/exec/map_test.hpp"
#include "pirn/exec/promise.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::all_of;

/// Takes calls and makes none until it is told to, or makes them in an order of its own.
class held_executor : public executor_members<held_executor> {
 public:
  template <class Fn, class... Args>
  auto submit(Fn fn, Args... args) {
    using result = detail::submit_result_t<Fn, Args...>;
    promise<result> given;
    future<result> promised = given.get_future();
    held_.push_back(
        [fn = std::move(fn), given = std::move(given), ... args = std::move(args)]() mutable {
          if (!given.begin()) return;
          if constexpr (std::is_void_v<result>) {
            fn(std::move(args)...);
            given.set_value();
          } else {
            given.set_value(fn(std::move(args)...));
          }
        });
    return promised;
  }
  void shutdown(shutdown_options = {}) {}
  std::string_view name() const { return "held"; }
  unsigned concurrency() const { return 2; }

  std::size_t submitted() const { return held_.size(); }
  void perform(std::size_t which) { std::exchange(held_[which], nullptr)(); }

 private:
  std::vector<std::move_only_function<void()>> held_;
};
static_assert(executor<held_executor>);
static_assert(executor<inline_executor>);

int twice(int number) {
  return 2 * number;
}

TEST(map, gives_the_results_in_the_order_of_the_elements) {
  thread_pool pool{2};
  const std::vector numbers{1, 2, 3, 4, 5};
  EXPECT_EQ(all_of(map(pool, twice, numbers)), (std::vector{2, 4, 6, 8, 10}));
  EXPECT_EQ(all_of(map(pool, {.chunk = 2, .buffer = 1}, twice, numbers)),
            (std::vector{2, 4, 6, 8, 10}));
}

TEST(map, takes_ranges_together_up_to_the_shortest) {
  inline_executor here;
  const std::vector lengths{1, 2, 3};
  auto repeat = [](int count, char letter) {
    return std::string(static_cast<std::size_t>(count), letter);
  };
  EXPECT_EQ(all_of(here.map(repeat, lengths, std::string("ab"))),
            (std::vector<std::string>{"a", "bb"}));
}

TEST(map, of_nothing_is_nothing) {
  inline_executor here;
  EXPECT_EQ(all_of(here.map(twice, std::vector<int>{})), std::vector<int>{});
}

TEST(map, a_chunk_is_one_call_of_the_executor) {
  held_executor held;
  auto results = held.map({.chunk = 3}, twice, std::vector{1, 2, 3, 4});
  EXPECT_EQ(held.submitted(), 2U);
  held.perform(0);
  held.perform(1);
  EXPECT_EQ(all_of(std::move(results)), (std::vector{2, 4, 6, 8}));
}

TEST(map, no_more_than_the_buffer_is_under_way) {
  inline_executor here;
  int called = 0;
  auto count = [&called](int number) {
    ++called;
    return number;
  };
  auto results = here.map({.buffer = 3}, count, std::views::iota(0));  // endless
  EXPECT_EQ(called, 3);
  auto at = results.begin();
  EXPECT_EQ(*at, 0);
  EXPECT_EQ(called, 4);
  ++at;
  EXPECT_EQ(*at, 1);
  EXPECT_EQ(called, 5);
}

TEST(map, the_default_buffer_is_twice_the_concurrency) {
  held_executor held;
  auto results = held.map(twice, std::views::iota(0));
  EXPECT_EQ(held.submitted(), 4U);
}

TEST(map, unordered_gives_what_comes_first) {
  held_executor held;
  auto results = held.map({.ordered = false}, twice, std::vector{1, 2, 3});
  for (std::size_t which : {2U, 0U, 1U}) held.perform(which);
  EXPECT_EQ(all_of(std::move(results)), (std::vector{6, 2, 4}));
}

TEST(map, a_failure_stays_at_its_own_element) {
  thread_pool pool{2};
  auto odd = [](int number) {
    if (number % 2 == 0) throw std::invalid_argument(std::to_string(number));
    return number;
  };
  for (std::size_t chunk : {1U, 2U, 5U}) {
    auto results = pool.map({.chunk = chunk}, odd, std::views::iota(0, 5));
    std::string seen;
    for (auto at = results.begin(); at != results.end(); ++at) {
      try {
        seen += std::to_string(*at);
      } catch (const std::invalid_argument& error) {
        seen += std::string("!") + error.what();
      }
    }
    EXPECT_EQ(seen, "!01!23!4");
  }
}

TEST(map, what_reading_the_input_throws_comes_after_the_results_before_it) {
  inline_executor here;
  auto read = [](int number) {
    if (number == 3) throw std::out_of_range("the end");
    return number;
  };
  auto results =
      here.map({.buffer = 1}, twice, std::views::iota(0, 9) | std::views::transform(read));
  std::vector<int> seen;
  EXPECT_THROW(
      {
        for (int each : results) seen.push_back(each);
      },
      std::out_of_range);
  EXPECT_EQ(seen, (std::vector{0, 2, 4}));
}

TEST(map, a_chunk_that_could_be_read_in_part_is_called_for_that_part) {
  auto read = [](int number) {
    if (number == 4) throw std::out_of_range("the end");
    return number;
  };
  for (std::size_t chunk : {2U, 3U, 5U, 9U}) {
    for (std::size_t buffer : {1U, 9U}) {
      inline_executor here;
      auto results = here.map({.chunk = chunk, .buffer = buffer}, twice,
                              std::views::iota(0, 9) | std::views::transform(read));
      std::vector<int> seen;
      EXPECT_THROW(
          {
            for (int each : results) seen.push_back(each);
          },
          std::out_of_range);
      EXPECT_EQ(seen, (std::vector{0, 2, 4, 6})) << "chunks of " << chunk;
      EXPECT_EQ(results.begin(), results.end());  // told once
    }
  }
}

TEST(map, what_reading_the_first_element_throws_is_thrown_by_map) {
  inline_executor here;
  auto read = [](int) -> int { throw std::out_of_range("the end"); };
  auto mapping = [&] {
    static_cast<void>(here.map(twice, std::views::iota(0, 9) | std::views::transform(read)));
  };
  EXPECT_THROW(mapping(), std::out_of_range);
  here.shutdown();
  EXPECT_THROW(static_cast<void>(here.map(twice, std::vector{1})), std::runtime_error);
}

TEST(map, an_executor_that_takes_no_more_says_so_after_the_results_before_it) {
  inline_executor here;
  auto results = here.map({.buffer = 2}, twice, std::views::iota(0, 9));
  here.shutdown();
  std::vector<int> seen;
  EXPECT_THROW(
      {
        for (int each : results) seen.push_back(each);
      },
      std::runtime_error);
  EXPECT_EQ(seen, (std::vector{0, 2}));
}

TEST(map, the_time_is_counted_from_its_call) {
  held_executor held;
  auto results = held.map({.timeout = 2ms}, twice, std::vector{1, 2});
  held.perform(0);
  auto at = results.begin();
  EXPECT_EQ(*at, 2);
  EXPECT_THROW(++at, timeout_error);
  auto unordered = held.map({.timeout = 2ms, .ordered = false}, twice, std::vector{1, 2});
  EXPECT_THROW(unordered.begin(), timeout_error);
}

TEST(map, dropping_it_cancels_what_has_not_begun) {
  std::atomic<int> called = 0;
  thread_pool pool{1};
  std::binary_semaphore begun{0};
  std::binary_semaphore gate{0};
  {
    auto hold = [&](int) {
      ++called;
      begun.release();
      gate.acquire();
    };
    auto results = pool.map({.buffer = 8}, hold, std::views::iota(0, 8));
    begun.acquire();
  }
  gate.release();
  pool.shutdown();
  EXPECT_EQ(called, 1);
}

TEST(map, a_chunk_has_elements) {
  inline_executor here;
  EXPECT_THROW(static_cast<void>(here.map({.chunk = 0}, twice, std::vector{1})),
               std::invalid_argument);
}

TEST(map, elements_and_results_are_moved) {
  thread_pool pool{2};
  std::vector<std::unique_ptr<int>> numbers;
  for (int i : {1, 2}) numbers.push_back(std::make_unique<int>(i));
  auto next = [](std::unique_ptr<int> number) {
    ++*number;
    return number;
  };
  auto moved =
      std::views::transform(numbers, [](std::unique_ptr<int>& each) { return std::move(each); });
  auto results = all_of(pool.map(next, moved));
  EXPECT_EQ(*results.at(1), 3);
}

TEST(map, a_function_without_a_result_is_called_for_each) {
  thread_pool pool{2};
  std::atomic<int> total = 0;
  auto results =
      pool.map({.chunk = 2}, [&total](int each) { total += each; }, std::vector{1, 2, 3});
  for (auto at = results.begin(); at != results.end(); ++at) *at;
  EXPECT_EQ(total, 6);
}

TEST(map, a_chunk_call_is_as_empty_as_its_function) {
  auto plain = [](int number) { return number; };
  static_assert(std::is_empty_v<detail::chunk_call<decltype(plain)>>);
  static_assert(std::is_default_constructible_v<detail::chunk_call<decltype(plain)>>);
}

class map_on_loop_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, map_on_loop_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(map_on_loop_test, a_task_takes_the_results) {
  on_loop([]() -> task<> {
    inline_executor here;
    for (bool ordered : {true, false}) {
      auto results = here.map({.chunk = 2, .ordered = ordered}, twice, std::vector{1, 2, 3});
      std::vector<int> seen;
      while (std::optional<int> each = co_await results.next()) seen.push_back(*each);
      EXPECT_EQ(seen, (std::vector{2, 4, 6}));
    }
  });
}

TEST_P(map_on_loop_test, a_task_goes_on_after_a_failure) {
  on_loop([]() -> task<> {
    inline_executor here;
    auto check = [](int number) {
      if (number == 2) throw std::invalid_argument("two");
    };
    auto results = here.map(check, std::vector{1, 2, 3});
    bool first = co_await results.next();
    EXPECT_TRUE(first);
    bool threw = false;
    try {
      co_await results.next();
    } catch (const std::invalid_argument&) {
      threw = true;
    }
    EXPECT_TRUE(threw);
    bool third = co_await results.next();
    EXPECT_TRUE(third);
    bool fourth = co_await results.next();
    EXPECT_FALSE(fourth);
  });
}

TEST_P(map_on_loop_test, a_cancelled_wait_loses_nothing_and_the_time_is_the_loops) {
  on_loop([]() -> task<> {
    for (bool ordered : {true, false}) {
      held_executor held;
      auto results = held.map({.timeout = 10ms, .ordered = ordered}, twice, std::vector{1, 2});
      auto ended = co_await move_on_after(1ms, results.next());
      EXPECT_FALSE(ended);
      held.perform(0);
      std::optional<int> first = co_await results.next();
      EXPECT_EQ(first, 2);
      bool late = false;
      try {
        co_await results.next();
      } catch (const timeout_error&) {
        late = true;
      }
      EXPECT_TRUE(late);
    }
  });
}

TEST_P(map_on_loop_test, on_threads_the_results_come_to_the_loop) {
  if (is_virtual()) return;
  on_loop([]() -> task<> {
    thread_pool pool{2};
    for (bool ordered : {true, false}) {
      auto results = pool.map({.chunk = 7, .ordered = ordered}, twice, std::views::iota(0, 1000));
      int total = 0;
      while (std::optional<int> each = co_await results.next()) total += *each;
      EXPECT_EQ(total, 999000);
    }
  });
}

TEST_P(map_on_loop_test, blocking_on_a_loop_is_an_error) {
  on_loop([]() -> task<> {
    for (bool ordered : {true, false}) {
      held_executor held;
      auto results = held.map({.ordered = ordered}, twice, std::vector{1});
      std::string message;
      try {
        results.begin();
      } catch (const std::logic_error& error) {
        message = error.what();
      }
      EXPECT_TRUE(message.ends_with("the loop of this thread: co_await results.next()")) << message;
    }
    co_return;
  });
}

}  // namespace
