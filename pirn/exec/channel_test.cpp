// channel: between tasks, between threads, and between the two.
#include "pirn/exec/channel.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/other_loop_test.hpp"
#include "pirn/exec/run_on.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

task<std::vector<int>> receive_all(channel<int>& from) {
  std::vector<int> received;
  for (;;) {
    std::optional<int> item = co_await from.receive();
    if (!item) co_return received;
    received.push_back(*item);
  }
}
task<> send_and_close(channel<int>& into, int count) {
  for (int i = 0; i < count; ++i) co_await into.send(i);
  into.close();
}
std::vector<int> numbers(int count) {
  std::vector<int> all;
  for (int i = 0; i < count; ++i) all.push_back(i);
  return all;
}

TEST(channel, carries_items_in_order_between_tasks_of_one_loop) {
  run_virtual([]() -> task<> {
    channel<int> items(2);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(send_and_close, std::ref(items), 10);
      std::vector<int> received = co_await receive_all(items);
      EXPECT_EQ(received, numbers(10));
    });
  });
}

TEST(channel, carries_items_in_order_between_loops) {
  other_loop other;
  channel<int> items(3);
  run([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      group.start(run_on(other.handle(), send_and_close, std::ref(items), 1000));
      std::vector<int> received = co_await receive_all(items);
      EXPECT_EQ(received, numbers(1000));
    });
  });
}

TEST(channel, carries_items_in_order_from_a_thread_to_a_loop_and_back) {
  channel<int> there(3);
  channel<int> back(3);
  std::jthread squares([&] {
    while (std::optional<int> item = there.blocking_receive()) back.blocking_send(*item * *item);
    back.close();
  });
  run([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(send_and_close, std::ref(there), 100);
      std::vector<int> received = co_await receive_all(back);
      EXPECT_EQ(received.size(), 100U);
      EXPECT_EQ(received.back(), 99 * 99);
    });
  });
}

TEST(channel, a_closed_one_gives_what_it_has_and_then_the_end) {
  run_virtual([]() -> task<> {
    channel<int> items;
    co_await items.send(1);
    co_await items.send(2);
    items.close();
    EXPECT_TRUE(items.is_closed());
    EXPECT_THROW(co_await items.send(3), channel_closed);
    EXPECT_THROW(items.try_send(3), channel_closed);
    std::vector<int> received = co_await receive_all(items);
    EXPECT_EQ(received, (std::vector{1, 2}));
    std::optional<int> none = co_await items.receive();
    EXPECT_EQ(none, std::nullopt);
    EXPECT_EQ(items.blocking_receive(), std::nullopt) << "it need not block";
  });
}

TEST(channel, closing_wakes_those_who_wait) {
  run_virtual([]() -> task<> {
    channel<int> items(1);
    co_await with_group([&](task_group& group) -> task<> {
      auto receiver = group.start(receive_all(items));
      co_await yield_now();
      items.close();
      std::vector<int>& received = co_await receiver;
      EXPECT_TRUE(received.empty());
    });
    channel<int> full(1);
    co_await full.send(1);
    co_await with_group([&](task_group& group) -> task<> {
      auto sender =
          group.spawn([&]() -> task<> { EXPECT_THROW(co_await full.send(2), channel_closed); });
      co_await yield_now();
      full.close({.immediate = true});
      co_await sender;
      EXPECT_TRUE(full.empty());
      EXPECT_EQ(full.unfinished(), 0U);
    });
  });
}

TEST(channel, says_how_full_it_is) {
  channel<int> items(2);
  EXPECT_EQ(items.maxsize(), 2U);
  EXPECT_TRUE(items.empty());
  EXPECT_TRUE(items.try_send(1));
  EXPECT_FALSE(items.full());
  EXPECT_TRUE(items.try_send(2));
  EXPECT_TRUE(items.full());
  EXPECT_FALSE(items.try_send(3));
  EXPECT_EQ(items.size(), 2U);
  EXPECT_EQ(items.try_receive(), 1);
  EXPECT_EQ(items.try_receive(), 2);
  EXPECT_EQ(items.try_receive(), std::nullopt);
}

TEST(channel, has_forms_that_give_the_last_or_the_smallest_first) {
  lifo_channel<int> last;
  priority_channel<int> smallest;
  for (int item : {2, 3, 1}) {
    last.blocking_send(item);
    smallest.blocking_send(item);
  }
  for (int expected : {1, 3, 2}) EXPECT_EQ(last.blocking_receive(), expected);
  for (int expected : {1, 2, 3}) EXPECT_EQ(smallest.blocking_receive(), expected);
}

TEST(channel, takes_what_only_moves) {
  channel<std::unique_ptr<int>> items;
  items.blocking_send(std::make_unique<int>(1));
  auto item = std::make_unique<int>(2);
  EXPECT_TRUE(items.try_send(std::move(item)));
  EXPECT_EQ(**items.blocking_receive(), 1);
  EXPECT_EQ(**items.try_receive(), 2);
}

TEST(channel, join_waits_until_all_items_are_done) {
  channel<int> items;
  items.blocking_send(1);
  items.blocking_send(2);
  EXPECT_THROW(items.blocking_join(1ms), timeout_error);
  std::jthread consumer([&] {
    while (items.blocking_receive()) items.task_done();
  });
  run([&]() -> task<> { co_await items.join(); });
  items.blocking_join();
  EXPECT_EQ(items.unfinished(), 0U);
  items.close();
}

TEST(channel, a_thread_waits_no_longer_than_its_limit) {
  channel<int> items(1);
  EXPECT_THROW(items.blocking_receive(1ms), timeout_error);
  items.blocking_send(1, 1ms);
  EXPECT_THROW(items.blocking_send(2, 1ms), timeout_error);
  EXPECT_THROW(items.blocking_send(2, 0ms), timeout_error);
  EXPECT_EQ(items.blocking_receive(1h), 1);
  EXPECT_TRUE(items.empty());
}

TEST(channel, does_not_block_a_loop) {
  run_virtual([]() -> task<> {
    channel<int> items(1);
    items.blocking_send(1);  // there is a place
    std::string message;
    try {
      items.blocking_send(2);
    } catch (const std::logic_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message,
              "channel::blocking_send() would block the loop of this thread: co_await send()");
    EXPECT_THROW(items.blocking_join(), std::logic_error);
    items.try_receive();
    EXPECT_THROW(items.blocking_receive(), std::logic_error);
    co_return;
  });
}

TEST(channel, a_task_that_waits_says_for_what) {
  run_virtual([]() -> task<> {
    channel<int> items(1);
    auto waits = [&](auto operation, std::string text) -> task<> {
      co_await with_group([&](task_group& group) -> task<> {
        auto waiter = group.spawn([&]() -> task<> { co_await operation(); });
        co_await yield_now();
        const std::string tree = loop::current().dump_tasks();
        EXPECT_NE(tree.find(text), std::string::npos) << tree;
        waiter.cancel();
      });
    };
    co_await waits([&] { return items.receive(); }, "item of channel");
    co_await items.send(1);
    co_await waits([&] { return items.send(2); }, "place in channel of 1");
    co_await waits([&] { return items.join(); }, "end of 1 items of channel");
  });
}

TEST(channel, a_cancelled_wait_takes_and_sends_nothing) {
  run_virtual([]() -> task<> {
    channel<int> items(1);
    std::optional<std::optional<int>> received = co_await move_on_after(1s, items.receive());
    EXPECT_FALSE(received);
    co_await items.send(1);
    bool sent = co_await move_on_after(1s, items.send(2));
    EXPECT_FALSE(sent);
    EXPECT_EQ(items.try_receive(), 1);
    EXPECT_EQ(items.try_receive(), std::nullopt);
  });
}

// The first receiver is called, and cancelled before it hears of it.
TEST(channel, a_receiver_that_is_cancelled_while_it_is_called_passes_the_call_on) {
  run_virtual([]() -> task<> {
    channel<int> items;
    auto receive_one = [&]() -> task<std::optional<int>> {
      std::optional<int> item = co_await items.receive();
      co_return item;
    };
    co_await with_group([&](task_group& group) -> task<> {
      auto first = group.spawn(receive_one);
      auto second = group.spawn(receive_one);
      co_await yield_now();
      items.try_send(1);
      first.cancel();
      std::optional<int>& item = co_await second;
      EXPECT_EQ(item, 1);
      EXPECT_TRUE(first.was_cancelled());
    });
  });
}

TEST(channel, in_a_select_exactly_one_thing_happens) {
  run_virtual([]() -> task<> {
    channel<int> left(1);
    channel<int> right(1);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await sleep_for(1s);
        co_await right.send(1);
        co_await left.send(2);
      });
      auto which = co_await select(left.receive(), right.receive());
      EXPECT_EQ(which.index(), 1U);
      EXPECT_EQ(std::get<1>(which), 1);
    });
    EXPECT_EQ(left.size(), 1U);
    auto sent = co_await select(left.send(3), right.send(4));
    EXPECT_EQ(sent.index(), 1U);
    EXPECT_EQ(left.size(), 1U);
  });
}

TEST(channel, a_select_never_receives_what_it_sends_itself) {
  run_virtual([]() -> task<> {
    channel<int> items(1);
    auto which = co_await select(items.receive(), items.send(1));
    EXPECT_EQ(which.index(), 1U);
    EXPECT_EQ(items.size(), 1U);
  });
}

TEST(channel, every_wait_can_be_cancelled) {
  std::vector<int> received;
  int sent = 0;
  auto program = [&]() -> task<> {
    received.clear();
    sent = 0;
    channel<int> items(1);
    auto send_all = [&]() -> task<> {
      for (int i = 0; i < 3; ++i) {
        co_await items.send(i);
        ++sent;
      }
      items.close();
    };
    auto receive_some = [&]() -> task<> {
      for (;;) {
        std::optional<int> item = co_await items.receive();
        if (!item) co_return;
        received.push_back(*item);
        items.task_done();
        co_await sleep_for(1s);
      }
    };
    co_await with_group([&](task_group& group) {
      group.spawn(send_all);
      group.spawn(receive_some);
      group.spawn([&]() -> task<> { co_await items.join(); });
    });
  };
  std::size_t runs = pirn::testing::cancel_each_await(program, [&](const auto& run) {
    pirn::testing::expect_no_error(run);
    EXPECT_LE(static_cast<int>(received.size()), sent) << run.describe();
    EXPECT_EQ(received, numbers(static_cast<int>(received.size()))) << run.describe();
  });
  EXPECT_GT(runs, 8U);
}

}  // namespace
