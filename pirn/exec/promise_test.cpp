// promise: the side that fulfils a future.
#include "pirn/exec/promise.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

std::exception_ptr a_mistake() {
  return std::make_exception_ptr(std::runtime_error("a mistake"));
}

TEST(promise, its_value_arrives_at_every_copy_of_the_future) {
  promise<std::string> given;
  future<std::string> first = given.get_future();
  future<std::string> second = first;
  given.set_value("kept");
  EXPECT_EQ(first.result(), "kept");
  EXPECT_EQ(&second.result(), &first.result());
}

TEST(promise, its_error_arrives) {
  promise<int> given;
  future<int> waiting = given.get_future();
  given.set_exception(a_mistake());
  EXPECT_THROW(waiting.result(), std::runtime_error);
  EXPECT_NE(waiting.exception(), nullptr);
  EXPECT_FALSE(waiting.cancelled());
}

TEST(promise, begin_makes_the_future_running_and_uncancellable) {
  promise<void> given;
  future<void> waiting = given.get_future();
  EXPECT_EQ(waiting.status(), future_status::pending);
  EXPECT_TRUE(given.begin());
  EXPECT_TRUE(waiting.running());
  EXPECT_FALSE(waiting.cancel());
  given.set_value();
  EXPECT_FALSE(waiting.running());
  EXPECT_FALSE(waiting.cancel());
  waiting.result();
}

TEST(promise, a_cancelled_future_stays_cancelled_whatever_is_promised) {
  promise<int> given;
  future<int> waiting = given.get_future();
  EXPECT_TRUE(waiting.cancel());
  EXPECT_FALSE(given.begin());
  given.set_value(42);
  EXPECT_THROW(waiting.result(), future_cancelled);
}

TEST(promise, destroyed_before_it_is_kept_it_fails_the_future) {
  auto given = std::make_unique<promise<int>>();
  future<int> waiting = given->get_future();
  given.reset();
  EXPECT_THROW(waiting.result(), broken_executor);
}

TEST(promise, moved_it_keeps_its_future) {
  promise<int> given;
  future<int> waiting = given.get_future();
  promise<int> other = std::move(given);
  given = promise<int>();
  other.set_value(42);
  EXPECT_EQ(waiting.result(), 42);
}

TEST(promise, a_value_is_moved_out_of_a_future_that_is_given_up) {
  promise<std::unique_ptr<int>> given;
  future<std::unique_ptr<int>> waiting = given.get_future();
  given.set_value(std::make_unique<int>(42));
  std::unique_ptr<int> moved = std::move(waiting).result();
  EXPECT_EQ(*moved, 42);
}

TEST(promise, a_reference_stays_one) {
  int number = 42;
  promise<int&> given;
  future<int&> waiting = given.get_future();
  given.set_value(number);
  EXPECT_EQ(&waiting.result(), &number);
}

TEST(promise, a_blocked_thread_is_woken) {
  promise<int> given;
  future<int> waiting = given.get_future();
  std::jthread keeper([given = std::move(given)]() mutable { given.set_value(42); });
  EXPECT_EQ(waiting.result(), 42);
}

TEST(promise, many_blocked_threads_are_all_woken) {
  promise<int> given;
  future<int> waiting = given.get_future();
  std::atomic<int> total = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { total += waiting.result(); });
    given.set_value(1);
  }
  EXPECT_EQ(total, 8);
}

TEST(promise, a_blocked_thread_learns_of_the_cancellation) {
  promise<int> given;
  future<int> waiting = given.get_future();
  std::jthread other([same = waiting]() mutable { same.cancel(); });
  EXPECT_THROW(waiting.result(), future_cancelled);
}

TEST(promise, a_limit_ends_the_blocking) {
  promise<int> given;
  future<int> waiting = given.get_future();
  EXPECT_THROW(waiting.result(0ms), timeout_error);
  EXPECT_THROW(waiting.exception(2ms), timeout_error);
  given.set_value(42);
  EXPECT_EQ(waiting.result(forever), 42);
}

TEST(promise, callbacks_come_in_the_order_in_which_they_were_added) {
  promise<int> given;
  future<int> waiting = given.get_future();
  std::vector<int> calls;
  waiting.add_done_callback([&calls](future<int>& ended) { calls.push_back(ended.result()); });
  future_base(waiting).add_done_callback([&calls](future_base&) { calls.push_back(2); });
  given.set_value(1);
  waiting.add_done_callback([&calls](future<int>&) { calls.push_back(3); });
  EXPECT_EQ(calls, (std::vector{1, 2, 3}));
}

TEST(promise, a_cancel_calls_the_callbacks) {
  promise<int> given;
  auto waiting = std::make_unique<future<int>>(given.get_future());
  bool was_cancelled = false;
  waiting->add_done_callback([&](future<int>& ended) {
    was_cancelled = ended.cancelled();
    waiting.reset();  // the handle through which it was cancelled
  });
  waiting->cancel();
  EXPECT_TRUE(was_cancelled);
}

TEST(promise, a_callback_that_comes_after_the_end_is_called_at_once) {
  promise<int> failing;
  failing.get_future().add_done_callback(
      [](future<int>& ended) { EXPECT_TRUE(ended.exception()); });
  future<int> failed = failing.get_future();
  failing.set_exception(a_mistake());
  promise<int> given;
  future<int> cancelled = given.get_future();
  cancelled.cancel();
  int calls = 0;
  failed.add_done_callback([&calls](future<int>& ended) { calls += ended.exception() ? 1 : 0; });
  cancelled.add_done_callback([&calls](future<int>& ended) { calls += ended.cancelled() ? 1 : 0; });
  EXPECT_EQ(calls, 2);
}

TEST(promise, a_future_of_any_type_can_be_looked_at) {
  promise<int> number;
  promise<std::string> text;
  std::vector<future_base> all{number.get_future(), text.get_future()};
  number.set_value(1);
  EXPECT_TRUE(all[0].done());
  EXPECT_EQ(all[0].exception(), nullptr);
  EXPECT_TRUE(all[1].cancel());
  EXPECT_THROW(all[1].exception(), future_cancelled);
}

TEST(promise, a_future_shows_its_state) {
  promise<int> given;
  future<int> waiting = given.get_future();
  EXPECT_EQ(fmt::format("{}", waiting), "<future pending>");
  given.begin();
  EXPECT_EQ(to_string(waiting), "<future running>");
  given.set_value(42);
  EXPECT_EQ(fmt::format("{:>32}", waiting), "  <future finished returned int>");

  promise<std::string> failing;
  future_base failed = failing.get_future();
  failing.set_exception(a_mistake());
  EXPECT_EQ(to_string(failed), "<future finished raised std::runtime_error>");

  promise<std::string> text;
  future<std::string> ended = text.get_future();
  ended.cancel();
  EXPECT_EQ(fmt::format("{}", ended), "<future cancelled>");
  EXPECT_EQ(fmt::format("{}", future_base(ended)), "<future cancelled>");
}

TEST(promise_death, kept_twice_is_a_bug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  promise<int> given;
  given.set_value(1);
  EXPECT_DEATH(given.set_value(2), "a promise is kept once");
}

TEST(promise, on_virtual_time_a_task_awaits_what_its_own_loop_fulfils) {
  pirn::testing::run_virtual([]() -> task<> {
    promise<int> given;
    future<int> waiting = given.get_future();
    loop::current().post([&given] { given.set_value(42); });
    const int value = co_await waiting;
    EXPECT_EQ(value, 42);
  });
}

TEST(promise, on_virtual_time_a_wait_that_nobody_on_the_loop_can_end_is_a_deadlock) {
  promise<int> given;
  future<int> waiting = given.get_future();
  std::string message;
  try {
    pirn::testing::run_virtual([&]() -> task<> { co_await waiting; });
  } catch (const deadlock_error& error) {
    message = error.what();
  }
  EXPECT_NE(message.find("waits for another thread"), std::string::npos) << message;
  EXPECT_TRUE(waiting.cancelled());
}

TEST(promise, what_arrived_before_the_cancellation_is_returned) {
  pirn::testing::run_virtual([]() -> task<> {
    promise<int> given;
    future<int> waiting = given.get_future();
    int value = 0;
    cancel_scope scope;
    loop::current().post([&] {
      given.set_value(42);
      scope.cancel();
    });
    auto waits = [&]() -> task<> { value = co_await waiting; };
    co_await within(scope, waits());
    EXPECT_EQ(value, 42);
  });
}

}  // namespace
