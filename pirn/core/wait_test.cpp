// wait: one's own waits, and the three answers to a cancel.
#include "pirn/core/wait.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/wait_list.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using strings = std::vector<std::string>;

// A request to somebody who answers a cancel as told, and completes when told.
class request_wait;

struct desk {
  cancel_answer answer = cancel_answer::gone;
  request_wait* standing = nullptr;
  int cancels = 0;

  request_wait request() noexcept;
  void complete(int result) noexcept;  // with a result
  void confirm_cancel() noexcept;      // with the cancel
};

class [[nodiscard]] request_wait final : public awaitable<request_wait> {
 public:
  explicit request_wait(desk& at) noexcept : desk_(at) {}
  std::string describe() const override { return "request"; }

 private:
  friend struct desk;
  friend class awaitable<request_wait>;
  bool try_complete() const noexcept { return false; }
  void enqueue() noexcept { desk_.standing = this; }
  cancel_answer withdraw() noexcept override {
    ++desk_.cancels;
    if (desk_.answer == cancel_answer::gone) desk_.standing = nullptr;
    return desk_.answer;
  }
  int result() const noexcept { return result_; }

  desk& desk_;
  int result_ = 0;
};

request_wait desk::request() noexcept {
  return request_wait(*this);
}
void desk::complete(int result) noexcept {
  standing->result_ = result;
  std::exchange(standing, nullptr)->wake();
}
void desk::confirm_cancel() noexcept {
  std::exchange(standing, nullptr)->wake_cancelled();
}

// Requests twice and writes down how each ended.
task<> request_twice(desk& at, strings& trace) {
  for (int i = 0; i < 2; ++i) {
    try {
      int result = co_await at.request();
      trace.push_back("result " + std::to_string(result));
    } catch (const cancelled&) {
      trace.push_back("cancelled");
    } catch (const std::runtime_error& error) {
      trace.push_back(error.what());
    }
  }
}

// Runs request_twice as a child, and `act(child)` beside it.
template <class Act>
strings ends_of(desk& at, Act act) {
  strings trace;
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      auto requesting = group.spawn(request_twice, std::ref(at), std::ref(trace));
      co_await yield_now();
      co_await act(requesting);
    });
  });
  return trace;
}

TEST(wait_node, a_wait_that_answers_gone_ends_at_once) {
  desk at{.answer = cancel_answer::gone};
  strings trace = ends_of(at, [&](child<>& requesting) -> task<> {
    requesting.cancel();
    EXPECT_EQ(at.standing, nullptr);
    co_return;
  });
  EXPECT_EQ(trace, (strings{"cancelled", "cancelled"}));
  EXPECT_EQ(at.cancels, 1);
}

TEST(wait_node, a_wait_that_answers_pending_stays_until_the_cancel_is_confirmed) {
  desk at{.answer = cancel_answer::pending};
  strings trace = ends_of(at, [&](child<>& requesting) -> task<> {
    requesting.cancel();
    co_await sleep_for(1s);
    EXPECT_FALSE(requesting.has_ended());
    at.confirm_cancel();
  });
  EXPECT_EQ(trace, (strings{"cancelled", "cancelled"}));
}

TEST(wait_node, a_result_that_comes_instead_of_the_confirmation_is_returned) {
  desk at{.answer = cancel_answer::pending};
  strings trace = ends_of(at, [&](child<>& requesting) -> task<> {
    requesting.cancel();
    co_await sleep_for(1s);
    at.complete(7);
  });
  EXPECT_EQ(trace, (strings{"result 7", "cancelled"}));
}

TEST(wait_node, a_wait_that_refuses_goes_on_to_its_own_end) {
  desk at{.answer = cancel_answer::refused};
  strings trace = ends_of(at, [&](child<>& requesting) -> task<> {
    requesting.cancel();
    co_await sleep_for(1s);
    at.complete(7);
  });
  EXPECT_EQ(trace, (strings{"result 7", "cancelled"}));
}

TEST(wait_node, an_interrupt_ends_a_wait_once_and_the_task_goes_on) {
  desk at{.answer = cancel_answer::gone};
  strings trace = ends_of(at, [&](child<>& requesting) -> task<> {
    requesting.interrupt(std::runtime_error("interrupted"));
    co_await yield_now();
    at.complete(7);
  });
  EXPECT_EQ(trace, (strings{"interrupted", "result 7"}));
}

TEST(wait_node, an_interrupt_of_a_pending_wait_comes_with_its_confirmation) {
  desk at{.answer = cancel_answer::pending};
  strings trace = ends_of(at, [&](child<>& requesting) -> task<> {
    requesting.interrupt(std::runtime_error("interrupted"));
    co_await sleep_for(1s);
    at.confirm_cancel();
    co_await yield_now();
    at.complete(7);
  });
  EXPECT_EQ(trace, (strings{"interrupted", "result 7"}));
}

TEST(wait_node, an_interrupt_that_comes_too_late_hits_the_next_wait) {
  desk at{.answer = cancel_answer::pending};
  strings trace = ends_of(at, [&](child<>& requesting) -> task<> {
    requesting.interrupt(std::runtime_error("interrupted"));
    at.complete(7);
    co_return;
  });
  EXPECT_EQ(trace, (strings{"result 7", "interrupted"}));
}

TEST(wait_node, of_interrupt_and_cancel_the_interrupt_is_thrown_first) {
  desk at{.answer = cancel_answer::pending};
  strings trace = ends_of(at, [&](child<>& requesting) -> task<> {
    requesting.cancel();
    requesting.interrupt(std::runtime_error("interrupted"));
    at.confirm_cancel();
    co_return;
  });
  EXPECT_EQ(trace, (strings{"interrupted", "cancelled"}));
}

TEST(wait_node, may_be_awaited_again_after_its_end) {
  run_virtual([]() -> task<> {
    desk at;
    request_wait standing = at.request();
    auto first = co_await move_on_after(1s, standing);
    EXPECT_FALSE(first);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        at.complete(9);
      });
      int result = co_await standing;
      EXPECT_EQ(result, 9);
    });
  });
}

TEST(wait_node, tells_who_waits_for_what_since_when) {
  run_virtual([]() -> task<> {
    desk at;
    co_await sleep_for(3s);
    co_await with_group([&](task_group& group) -> task<> {
      auto requesting = group.spawn([&]() -> task<> { static_cast<void>(co_await at.request()); });
      co_await sleep_for(2s);
      const task_record& record = requesting.record();
      EXPECT_EQ(record.waiting(), at.standing);
      EXPECT_EQ(record.waiting()->describe(), "request");
      EXPECT_EQ(record.waiting()->waiter(), &record);
      EXPECT_EQ(record.waiting()->holder(), nullptr);
      EXPECT_EQ(record.waiting_since(), time_point(3s));
      at.complete(1);
      EXPECT_EQ(record.waiting(), nullptr);
    });
  });
}

TEST(wait_node_death, is_awaited_by_one_task_at_a_time) {
  auto misuse = []() -> task<> {
    desk at;
    request_wait shared = at.request();
    auto wait = [&]() -> task<> { static_cast<void>(co_await shared); };
    co_await with_group([&](task_group& group) {
      group.spawn(wait);
      group.spawn(wait);
    });
  };
  EXPECT_DEATH(run_virtual(misuse), "a wait is awaited by one task at a time");
}

// A list to wait on, and nothing else.
class [[nodiscard]] line_wait final : public awaitable<line_wait, list_wait> {
 public:
  explicit line_wait(wait_list& line) noexcept : awaitable(line) {}
  std::string describe() const override { return "line"; }

 private:
  friend class awaitable<line_wait, list_wait>;
  bool try_complete() const noexcept { return false; }
};

// Three tasks that wait in `line`, and `act(children)` beside them. Returns: who got through.
template <class Act>
std::vector<int> through(wait_list& line, Act act) {
  std::vector<int> order;
  run_virtual([&]() -> task<> {
    auto stand = [&](int who) -> task<> {
      co_await line_wait(line);
      order.push_back(who);
    };
    co_await with_group([&](task_group& group) -> task<> {
      std::vector<child<>> children;
      for (int who = 0; who < 3; ++who) children.push_back(group.spawn(stand, who));
      co_await yield_now();
      EXPECT_EQ(line.size(), 3u);
      act(children);
      co_await yield_now();
      line.wake_all();
    });
  });
  return order;
}

TEST(wait_list, wakes_in_the_order_of_coming) {
  wait_list line;
  EXPECT_TRUE(line.empty());
  EXPECT_EQ(line.first(), nullptr);
  EXPECT_EQ(through(line, [&](auto&) { line.wake_all(); }), (std::vector{0, 1, 2}));
  EXPECT_EQ(through(line, [&](auto&) { line.wake_first(); }), (std::vector{0, 1, 2}));
  EXPECT_EQ(through(line, [&](auto&) { line.wake(*line.next(line.front())); }),
            (std::vector{1, 0, 2}));
}

TEST(wait_list, a_cancelled_one_has_left) {
  wait_list line;
  EXPECT_EQ(through(line, [&](std::vector<child<>>& children) { children[1].cancel(); }),
            (std::vector{0, 2}));
  EXPECT_TRUE(line.empty());
}

TEST(wait_list, a_wait_can_be_passed_to_another_list) {
  wait_list line;
  wait_list other;
  EXPECT_EQ(through(line,
                    [&](std::vector<child<>>& children) {
                      line.pass(line.front(), other);
                      line.pass(line.front(), other);
                      EXPECT_EQ(other.size(), 2u);
                      children[0].cancel();  // it leaves the list that it is in now
                      EXPECT_EQ(other.size(), 1u);
                      other.wake_all();
                    }),
            (std::vector{1, 2}));
}

TEST(wait_list_death, outlives_those_who_wait) {
  auto misuse = []() -> task<> {
    auto line = std::make_unique<wait_list>();
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> { co_await line_wait(*line); });
      co_await yield_now();
      line.reset();
    });
  };
  EXPECT_DEATH(run_virtual(misuse), "must outlive the tasks that wait for it");
}

}  // namespace
