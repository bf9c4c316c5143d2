// channel: what plain threads may rely on, whatever the order in which items leave.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/channel.hpp"
#include "pirn/exec/thread.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

template <class Channel>
class channel_threads : public ::testing::Test {};

using kinds = ::testing::Types<channel<int>, lifo_channel<int>, priority_channel<int>>;
TYPED_TEST_SUITE(channel_threads, kinds);

/// What a kind makes of 111, 333 and 222.
std::array<int, 3> ordered_by(const channel<int>&) {
  return {111, 333, 222};
}
std::array<int, 3> ordered_by(const lifo_channel<int>&) {
  return {222, 333, 111};
}
std::array<int, 3> ordered_by(const priority_channel<int>&) {
  return {111, 222, 333};
}

template <class Channel>
void receive_all(Channel& from, std::vector<int>& received) {
  while (auto item = from.blocking_receive()) received.push_back(*item);
}

TYPED_TEST(channel_threads, items_leave_in_the_order_of_the_kind) {
  TypeParam items(5);
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(items.empty());
    for (int each : {111, 333, 222}) items.blocking_send(each);
    EXPECT_EQ(items.size(), 3U);
    for (int each : ordered_by(items)) EXPECT_EQ(items.blocking_receive(), each);
    EXPECT_TRUE(items.empty());
  }
}

TYPED_TEST(channel_threads, a_full_one_takes_nothing_at_once_nor_within_a_limit) {
  TypeParam items(3);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(items.try_send(i));
  EXPECT_FALSE(items.full());
  EXPECT_TRUE(items.try_send(2));
  EXPECT_TRUE(items.full());
  EXPECT_FALSE(items.try_send(3));
  EXPECT_THROW(items.blocking_send(3, 1ms), timeout_error);
  EXPECT_EQ(items.size(), 3U);
}

TYPED_TEST(channel_threads, an_empty_one_gives_nothing_at_once_nor_within_a_limit) {
  TypeParam items(3);
  EXPECT_EQ(items.try_receive(), std::nullopt);
  EXPECT_THROW(items.blocking_receive(1ms), timeout_error);
  EXPECT_TRUE(items.empty());
}

TYPED_TEST(channel_threads, a_limit_below_zero_has_passed) {
  TypeParam items(1);
  EXPECT_THROW(items.blocking_receive(-1s), timeout_error);
  items.blocking_send(1, -1s);  // there was a place
  EXPECT_THROW(items.blocking_send(2, -1s), timeout_error);
  EXPECT_EQ(items.blocking_receive(-1s), 1);
}

TYPED_TEST(channel_threads, who_waits_for_a_place_goes_on_when_there_is_one) {
  TypeParam items(2);
  for (int i = 0; i < 2; ++i) items.blocking_send(i);
  thread taker([&] { EXPECT_TRUE(items.blocking_receive().has_value()); });
  items.blocking_send(2, 1h);
  taker.join();
  EXPECT_TRUE(items.full());
}

TYPED_TEST(channel_threads, who_waits_for_an_item_goes_on_when_there_is_one) {
  TypeParam items(2);
  thread giver([&] { items.blocking_send(7); });
  EXPECT_EQ(items.blocking_receive(1h), 7);
  giver.join();
}

TYPED_TEST(channel_threads, join_returns_when_all_items_are_done_and_can_be_joined_again) {
  TypeParam items;
  for (int round = 0; round < 2; ++round) {
    std::atomic<int> total = 0;
    const auto work = [&] {
      for (;;) {
        const int item = items.blocking_receive().value();
        if (item >= 0) total += item;
        items.task_done();
        if (item < 0) return;
      }
    };
    std::vector<thread> workers;
    for (int i = 0; i < 2; ++i) workers.emplace_back(work);
    for (int i = 0; i < 100; ++i) items.blocking_send(i);
    items.blocking_join();
    EXPECT_EQ(total, 4950);
    for (int i = 0; i < 2; ++i) items.blocking_send(-1);
    items.blocking_join();
    join_all(workers);
  }
  EXPECT_EQ(items.unfinished(), 0U);
}

TEST(channel_threads_death, task_done_without_an_item_is_a_bug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  channel<int> items;
  EXPECT_DEATH(items.task_done(), "called more often than items were sent");
}

TEST(channel_between_threads, one_without_a_limit_is_never_full) {
  channel<int> items;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(items.try_send(i));
  EXPECT_FALSE(items.full());
  EXPECT_EQ(items.size(), 1000U);
  EXPECT_EQ(items.blocking_receive(), 0);
  EXPECT_EQ(items.try_receive(), 1);
  EXPECT_EQ(items.blocking_receive(1ms), 2);
  EXPECT_EQ(items.size(), 997U);
}

TEST(channel_between_threads, one_sender_and_one_receiver_keep_the_order) {
  channel<int> items(4);
  std::vector<int> received;
  thread receiver([&] { receive_all(items, received); });
  std::vector<int> sent(1000);
  std::iota(sent.begin(), sent.end(), 0);
  for (int each : sent) items.blocking_send(each);
  items.close();
  receiver.join();
  EXPECT_EQ(received, sent);
}

/// Ten threads send a thousand numbers each into a channel, ten more take them out with `take`.
template <class Take>
void expect_all_arrive(Take take) {
  constexpr int threads = 10;
  constexpr int each = 1000;
  channel<int> items(16);
  std::vector<std::vector<int>> received(threads);
  std::vector<thread> receivers;
  for (auto& mine : received) {
    receivers.emplace_back([&] {
      for (;;) {
        std::optional<int> item = take(items);
        if (!item) return;
        mine.push_back(*item);
      }
    });
  }
  std::vector<thread> senders;
  for (int number = 0; number < threads; ++number) {
    senders.emplace_back([&items, number] {
      for (int i = 0; i < each; ++i) items.blocking_send(number * each + i);
    });
  }
  join_all(senders);
  items.close();
  join_all(receivers);
  std::vector<int> all;
  for (const auto& mine : received) all.insert(all.end(), mine.begin(), mine.end());
  std::ranges::sort(all);
  std::vector<int> expected(threads * each);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
}

TEST(channel_between_threads, many_senders_and_receivers_lose_and_double_nothing) {
  expect_all_arrive([](channel<int>& items) { return items.blocking_receive(); });
}

TEST(channel_between_threads, many_who_only_try_lose_and_double_nothing) {
  expect_all_arrive([](channel<int>& items) {
    for (;;) {
      const bool ended = items.is_closed();
      if (auto item = items.try_receive()) return item;
      if (ended) return std::optional<int>();
      this_thread::sleep_for(10us);
    }
  });
}

TEST(channel_between_threads, many_who_give_up_and_come_again_lose_and_double_nothing) {
  expect_all_arrive([](channel<int>& items) {
    for (;;) {
      try {
        return items.blocking_receive(10us);
      } catch (const timeout_error&) {
        continue;
      }
    }
  });
}

TEST(channel_between_threads, keeps_nothing_of_an_item_that_was_received) {
  channel<std::shared_ptr<int>> items;
  for (int i = 0; i < 20; ++i) items.blocking_send(std::make_shared<int>(i));
  for (int i = 0; i < 20; ++i) {
    std::weak_ptr<int> watched = items.blocking_receive().value();
    EXPECT_TRUE(watched.expired());
  }
}

}  // namespace
