// future: what its members say in each state, and what its callbacks are given.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/future.hpp"
#include "pirn/exec/promise.hpp"
#include "pirn/exec/thread_pool.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

std::exception_ptr a_mistake() {
  return std::make_exception_ptr(std::runtime_error("a mistake"));
}

/// A future in each of its states.
struct states {
  promise<int> made[5];
  future<int> pending = made[0].get_future();
  future<int> running = made[1].get_future();
  future<int> cancelled = made[2].get_future();
  future<int> failed = made[3].get_future();
  future<int> finished = made[4].get_future();
  states() {
    made[1].begin();
    cancelled.cancel();
    made[3].set_exception(a_mistake());
    made[4].set_value(42);
  }
  std::vector<future<int>> all() { return {pending, running, cancelled, failed, finished}; }
};

template <class Member>
std::string in_each_state(Member member) {
  states five;
  std::string answers;
  for (future<int>& each : five.all()) answers += (each.*member)() ? '1' : '0';
  return answers;
}

TEST(future_states, say_what_they_are) {
  EXPECT_EQ(in_each_state(&future<int>::done), "00111");
  EXPECT_EQ(in_each_state(&future<int>::running), "01000");
  EXPECT_EQ(in_each_state(&future<int>::cancelled), "00100");
}

TEST(future_states, only_what_is_pending_or_cancelled_can_be_cancelled) {
  states five;
  std::string answers;
  for (future<int>& each : five.all()) answers += each.cancel() ? '1' : '0';
  EXPECT_EQ(answers, "10100");
  EXPECT_TRUE(five.pending.cancelled());
  EXPECT_TRUE(five.running.running());
  EXPECT_EQ(five.failed.status(), future_status::finished);
  EXPECT_EQ(five.finished.result(), 42);
}

TEST(future_states, result_and_exception_answer_at_once_or_say_that_it_is_too_early) {
  states five;
  EXPECT_THROW(five.pending.result(0s), timeout_error);
  EXPECT_THROW(five.running.result(0s), timeout_error);
  EXPECT_THROW(five.cancelled.result(0s), future_cancelled);
  EXPECT_THROW(five.failed.result(0s), std::runtime_error);
  EXPECT_EQ(five.finished.result(0s), 42);
  EXPECT_THROW(five.pending.exception(0s), timeout_error);
  EXPECT_THROW(five.running.exception(0s), timeout_error);
  EXPECT_THROW(five.cancelled.exception(0s), future_cancelled);
  EXPECT_NE(five.failed.exception(0s), nullptr);
  EXPECT_EQ(five.finished.exception(0s), nullptr);
}

TEST(future_states, a_thread_that_waits_for_the_result_is_woken_by_a_cancel) {
  promise<int> given;
  future<int> waiting = given.get_future();
  std::jthread other([same = waiting]() mutable { same.cancel(); });
  EXPECT_THROW(waiting.result(20s), future_cancelled);
}

TEST(future_states, a_thread_that_waits_for_the_error_is_given_it) {
  promise<int> given;
  future<int> waiting = given.get_future();
  std::jthread other([&given] { given.set_exception(a_mistake()); });
  EXPECT_NE(waiting.exception(20s), nullptr);
}

TEST(future_states, what_a_call_owned_goes_with_the_call_not_with_the_future) {
  auto owned = std::make_shared<int>(42);
  std::weak_ptr<int> watched = owned;
  thread_pool pool{1};
  future<int> kept = pool.submit([](const std::shared_ptr<int>& each) { return *each; }, owned);
  owned.reset();
  pool.shutdown();
  EXPECT_TRUE(watched.expired());
  EXPECT_EQ(kept.result(), 42);
}

/// What a callback is told of a future, in words.
std::string told_of(future<int> ended, auto settle) {
  std::string words;
  ended.add_done_callback([&words](future<int>& it) {
    if (it.cancelled()) {
      words += "cancelled";
    } else if (it.exception() != nullptr) {
      words += "failed";
    } else {
      words += std::to_string(it.result());
    }
  });
  settle();
  return words;
}

TEST(future_callbacks, are_given_the_future_when_it_ends) {
  promise<int> made[3];
  EXPECT_EQ(told_of(made[0].get_future(), [&] { made[0].set_value(5); }), "5");
  EXPECT_EQ(told_of(made[1].get_future(), [&] { made[1].set_exception(a_mistake()); }), "failed");
  future<int> third = made[2].get_future();
  EXPECT_EQ(told_of(third, [&] { third.cancel(); }), "cancelled");
}

TEST(future_callbacks, are_called_at_once_by_one_that_has_ended) {
  states five;
  const auto nothing = [] {};
  EXPECT_EQ(told_of(five.finished, nothing), "42");
  EXPECT_EQ(told_of(five.failed, nothing), "failed");
  EXPECT_EQ(told_of(five.cancelled, nothing), "cancelled");
}

TEST(future_callbacks_death, one_that_throws_ends_the_program) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto throws = [](future<int>&) { throw std::runtime_error("in a callback"); };
  EXPECT_DEATH(
      {
        promise<int> given;
        given.get_future().add_done_callback(throws);
        given.set_value(5);
      },
      "in a callback");
  EXPECT_DEATH(
      {
        states five;
        five.finished.add_done_callback(throws);
      },
      "in a callback");
}

TEST(promise_death, one_that_is_kept_twice_is_a_bug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        promise<int> given;
        given.set_value(1);
        given.set_value(2);
      },
      "a promise is kept once");
  EXPECT_DEATH(
      {
        promise<int> given;
        given.set_value(1);
        given.set_exception(a_mistake());
      },
      "a promise is kept once");
}

}  // namespace
