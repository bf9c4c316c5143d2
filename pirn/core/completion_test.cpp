// completion: results that someone else sets; foreign awaitables.
#include "pirn/core/completion.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/loop_runner.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/platform/epoll_driver.hpp"
#include "pirn/platform/kernel_files.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

// Runs a task on the kernel's clock.
template <class Fn>
void run_for_real(Fn fn) {
  auto driver = make_epoll_driver({.files = kernel_files(), .runner = nullptr});
  loop home(*driver);
  loop_entry entered(home);
  loop_runner::run(home, fn());
}

TEST(completion, gives_what_was_set_by_reference_as_often_as_asked) {
  run_virtual([]() -> task<> {
    completion<std::string> text;
    EXPECT_FALSE(text.is_set());
    text.set_value("there");
    EXPECT_TRUE(text.is_set());
    std::string& first = co_await text.wait();
    std::string& second = co_await text.wait();
    EXPECT_EQ(first, "there");
    EXPECT_EQ(&first, &second);
  });
}

TEST(completion, wakes_all_that_wait_in_the_order_they_came) {
  run_virtual([]() -> task<> {
    completion<int> number;
    std::vector<int> order;
    auto wait = [&](int who) -> task<> {
      int& value = co_await number.wait();
      order.push_back(who * value);
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (int who = 1; who <= 3; ++who) group.spawn(wait, who);
      co_await sleep_for(1s);
      EXPECT_TRUE(order.empty());
      number.set_value(10);
      EXPECT_TRUE(order.empty());  // they run on a later turn
    });
    EXPECT_EQ(order, (std::vector{10, 20, 30}));
  });
}

TEST(completion, an_error_is_thrown_at_each_waiter) {
  run_virtual([]() -> task<> {
    completion<> done;
    done.set_error(std::make_exception_ptr(std::runtime_error("spam")));
    int caught = 0;
    for (int i = 0; i < 2; ++i) {
      try {
        co_await done.wait();
      } catch (const std::runtime_error&) {
        ++caught;
      }
    }
    EXPECT_EQ(caught, 2);
  });
}

TEST(completion, holds_nothing_a_reference_or_what_can_only_be_moved) {
  run_virtual([]() -> task<> {
    completion<> done;
    done.set_value();
    co_await done.wait();
    int target = 0;
    completion<int&> found;
    found.set_value(target);
    int& there = co_await found.wait();
    EXPECT_EQ(&there, &target);
    completion<std::unique_ptr<int>> made;
    made.set_value(new int(3));
    std::unique_ptr<int>& pointer = co_await made.wait();
    EXPECT_EQ(*pointer, 3);
  });
}

TEST(completion, a_cancelled_waiter_leaves_what_is_set_later) {
  run_virtual([]() -> task<> {
    completion<int> number;
    co_await with_group([&](task_group& group) -> task<> {
      auto waiting = group.spawn([&]() -> task<> { static_cast<void>(co_await number.wait()); });
      co_await yield_now();
      waiting.cancel();
      co_await yield_now();
      EXPECT_TRUE(waiting.was_cancelled());
      number.set_value(4);
      int& value = co_await number.wait();
      EXPECT_EQ(value, 4);
    });
  });
}

TEST(completion, a_value_that_cannot_be_made_leaves_it_unset) {
  struct bomb {
    explicit bomb(bool explode) {
      if (explode) throw std::runtime_error("made");
    }
  };
  run_virtual([]() -> task<> {
    completion<bomb> made;
    EXPECT_THROW(made.set_value(true), std::runtime_error);
    EXPECT_FALSE(made.is_set());
    made.set_value(false);
    static_cast<void>(co_await made.wait());
  });
}

TEST(completion, may_end_unset) {
  run_virtual([]() -> task<> {
    {
      completion<int> never_set;
    }
    co_await yield_now();
    EXPECT_FALSE(loop::current().awaits_outside_work());
  });
}

TEST(completion, is_set_from_another_thread) {
  run_for_real([]() -> task<> {
    completion<std::string> text;
    std::thread other([&] { text.set_value("from afar"); });
    std::string& there = co_await text.wait();
    EXPECT_EQ(there, "from afar");
    other.join();
  });
}

TEST(completion, an_error_comes_from_another_thread) {
  run_for_real([]() -> task<> {
    completion<> done;
    std::thread other(
        [&] { done.set_error(std::make_exception_ptr(std::runtime_error("from afar"))); });
    std::string message;
    try {
      co_await done.wait();
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "from afar");
    other.join();
  });
}

TEST(completion, its_waiter_may_end_it_and_the_loop_before_the_setter_has_returned) {
  std::vector<std::thread> others;
  for (int round = 0; round < 100; ++round) {
    run_for_real([&]() -> task<> {
      auto number = std::make_unique<completion<int>>();
      others.emplace_back([&there = *number] { there.set_value(1); });
      static_cast<void>(co_await number->wait());
    });
  }
  for (std::thread& each : others) each.join();
}

TEST(completion, may_end_while_what_was_set_is_on_its_way) {
  run_for_real([]() -> task<> {
    for (int round = 0; round < 100; ++round) {
      completion<int> number;
      std::thread other([&] { number.set_value(1); });
      other.join();
      if (round % 2 == 0) co_await yield_now();
    }
  });
}

TEST(completion, many_threads_set_many) {
  run_for_real([]() -> task<> {
    constexpr int count = 64;
    std::vector<std::unique_ptr<completion<int>>> numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(std::make_unique<completion<int>>());
    std::vector<std::thread> others;
    for (int first = 0; first < 4; ++first) {
      others.emplace_back([&numbers, first] {
        for (int i = first; i < count; i += 4) numbers[static_cast<std::size_t>(i)]->set_value(i);
      });
    }
    int sum = 0;
    for (auto& each : numbers) {
      int& value = co_await each->wait();
      sum += value;
    }
    EXPECT_EQ(sum, count * (count - 1) / 2);
    for (std::thread& each : others) each.join();
  });
}

TEST(completion_death, is_set_once) {
  auto misuse = []() -> task<> {
    completion<int> number;
    number.set_value(1);
    number.set_value(2);
    co_return;
  };
  EXPECT_DEATH(run_virtual(misuse), "a completion is set once");
  auto error_after = []() -> task<> {
    completion<int> number;
    number.set_value(1);
    number.set_error(std::make_exception_ptr(1));
    co_return;
  };
  EXPECT_DEATH(run_virtual(error_after), "a completion is set once");
}

// Another library's awaitable: is resumed by a thread of its own.
class foreign_result {
 public:
  explicit foreign_result(int number, bool fails = false) : number_(number), fails_(fails) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    std::thread([waiting] { waiting.resume(); }).detach();
  }
  int await_resume() const {
    if (fails_) throw std::runtime_error("foreign");
    return number_;
  }

 private:
  int number_;
  bool fails_;
};

struct foreign_operation {
  int number;
  foreign_result operator co_await() && { return foreign_result(number); }
};

struct ready_at_once {
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

TEST(adapt, awaits_what_another_thread_resumes) {
  run_for_real([]() -> task<> {
    const auto home = std::this_thread::get_id();
    int number = co_await adapt(foreign_result(5));
    EXPECT_EQ(number, 5);
    EXPECT_EQ(std::this_thread::get_id(), home);
    number = co_await adapt(foreign_operation{6});
    EXPECT_EQ(number, 6);
  });
}

TEST(adapt, passes_errors) {
  run_for_real([]() -> task<> {
    std::string message;
    try {
      static_cast<void>(co_await adapt(foreign_result(5, true)));
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "foreign");
  });
}

TEST(adapt, what_is_ready_at_once_needs_no_thread) {
  run_virtual([]() -> task<> { co_await adapt(ready_at_once()); });
}

// Another library's awaitable that is resumed by hand.
struct by_hand {
  std::coroutine_handle<>& waiting;
  int& begun;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> frame) {
    waiting = frame;
    ++begun;
  }
  int await_resume() const noexcept { return 7; }
};

TEST(adapt, a_cancel_waits_for_the_foreign_work) {
  run_virtual([]() -> task<> {
    std::coroutine_handle<> waiting;
    int begun = 0;
    int got = 0;
    bool next_wait = false;
    auto consume = [&]() -> task<> {
      got = co_await adapt(by_hand{waiting, begun});
      co_await yield_now();
      next_wait = true;
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto running = group.spawn(consume);
      co_await sleep_for(1s);
      running.cancel();
      co_await sleep_for(1s);
      EXPECT_FALSE(running.has_ended());
      waiting.resume();
      co_await sleep_for(1s);
      EXPECT_TRUE(running.was_cancelled());
    });
    EXPECT_EQ(got, 7);
    EXPECT_FALSE(next_wait);
  });
}

TEST(adapt, does_not_begin_in_a_cancelled_scope) {
  run_virtual([]() -> task<> {
    std::coroutine_handle<> waiting;
    int begun = 0;
    auto result = co_await move_on_after(0s, adapt(by_hand{waiting, begun}));
    EXPECT_FALSE(result);
    EXPECT_EQ(begun, 0);
  });
}

}  // namespace
