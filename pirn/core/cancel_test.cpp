// cancel: programs of the core's parts, cancelled at each of their suspensions in turn.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/as_completed.hpp"
#include "pirn/core/async_context.hpp"
#include "pirn/core/async_exit_stack.hpp"
#include "pirn/core/callbacks.hpp"
#include "pirn/core/completion.hpp"
#include "pirn/core/gather.hpp"
#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::cancel_target;
using pirn::testing::cancelled_run;

task<int> number_after(duration delay, int number) {
  co_await sleep_for(delay);
  co_return number;
}

// Counts what has begun and what has been cleaned up, which takes a second.
struct ledger {
  int begun = 0;
  int cleaned = 0;

  task<> clean() {
    co_await sleep_for(1s);
    ++cleaned;
  }
  task<> work(duration length) {
    ++begun;
    co_await finally(to_task(sleep_for(length)), clean());
  }
};

// Cancels `make()` everywhere, in order and shuffled: no run fails, and all is cleaned up.
template <class Make>
void expect_clean(Make make) {
  for (bool shuffle : {false, true}) {
    ledger book;
    auto program = [&] { return make(book); };
    auto check = [&](const cancelled_run& run) {
      pirn::testing::expect_no_error(run);
      EXPECT_EQ(book.cleaned, book.begun) << run.describe();
      book = {};
    };
    EXPECT_GT(cancel_each_await(program, check, {.seed = 5, .shuffle = shuffle}), 3u);
  }
}

TEST(cancel_each, groups_in_groups) {
  expect_clean([](ledger& book) -> task<> {
    co_await with_group([&](task_group& outer) -> task<> {
      outer.spawn([&] { return book.work(2s); });
      co_await with_group([&](task_group& inner) {
        inner.spawn([&] { return book.work(1s); });
        inner.spawn([&] { return book.work(3s); });
      });
      co_await book.work(1s);
    });
  });
}

TEST(cancel_each, gather_and_race) {
  expect_clean([](ledger& book) -> task<> {
    co_await gather(book.work(1s), book.work(2s), number_after(1s, 1));
    co_await race(book.work(1s), book.work(2s));
  });
}

TEST(cancel_each, time_outs_and_shields) {
  expect_clean([](ledger& book) -> task<> {
    co_await move_on_after(1s, book.work(3s));
    co_await timeout(10s, book.work(1s));
    co_await shield(book.work(1s));
  });
}

TEST(cancel_each, select) {
  expect_clean([](ledger& book) -> task<> {
    completion<> there;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await book.work(2s);
        there.set_value();
      });
      auto first = co_await select(there.wait(), sleep_for(1s));
      EXPECT_EQ(first.index(), 1u);
      co_await select(there.wait(), sleep_for(9s));
    });
  });
}

TEST(cancel_each, children_in_the_order_of_their_ends) {
  expect_clean([](ledger& book) -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      std::vector<child<>> children;
      for (auto length : {3s, 1s, 2s}) {
        children.push_back(group.spawn([&book](duration each) { return book.work(each); }, length));
      }
      as_completed done(children);
      static_cast<void>(co_await done.next());
      static_cast<void>(co_await wait(children, {.timeout = 2s}));
    });
  });
}

TEST(cancel_each, context_managers) {
  expect_clean([](ledger& book) -> task<> {
    struct manager {
      ledger& book;
      task<> enter() {
        co_await sleep_for(1s);
        ++book.begun;
      }
      task<> exit(std::exception_ptr) { return book.clean(); }
    };
    manager outer{book};
    co_await async_with(outer, [&]() -> task<> {
      co_await async_with(async_exit_stack(), [&](async_exit_stack& stack) -> task<> {
        co_await stack.enter_context(outer);
        co_await book.work(1s);
      });
    });
  });
}

TEST(cancel_each, callbacks) {
  expect_clean([](ledger& book) -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      callbacks calls(group);
      calls.call_soon([&] { return book.work(1s); });
      calls.call_later(2s, [&] { calls.stop(); });
      co_await calls.run_forever();
    });
  });
}

TEST(cancel_each, one_task_of_several_alone) {
  ledger book;
  auto program = [&]() -> task<> {
    co_await with_group([&](task_group& group) {
      for (auto length : {1s, 2s, 3s}) {
        group.spawn([&book](duration each) { return book.work(each); }, length);
      }
    });
  };
  auto check = [&](const cancelled_run& run) {
    pirn::testing::expect_no_error(run);
    EXPECT_EQ(book.begun, run.was_cancelled ? book.begun : 3) << run.describe();
    EXPECT_EQ(book.cleaned, book.begun) << run.describe();
    book = {};
  };
  cancel_each_await(program, check, {.target = cancel_target::suspended_task});
}

}  // namespace
