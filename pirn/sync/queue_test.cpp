// queue: what tasks push, tasks pop, first in, first out.
#include "pirn/sync/queue.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;
using pirn::testing::virtual_run_options;

TEST(queue, is_empty_until_something_is_pushed) {
  run_virtual([]() -> task<> {
    queue<int> q;
    EXPECT_TRUE(q.empty());
    co_await q.push(1);
    EXPECT_FALSE(q.empty());
    EXPECT_EQ(q.size(), 1u);
    int item = co_await q.pop();
    EXPECT_EQ(item, 1);
    EXPECT_TRUE(q.empty());
  });
}

TEST(queue, is_full_when_it_holds_maxsize_items) {
  run_virtual([]() -> task<> {
    queue<int> unlimited;
    EXPECT_EQ(unlimited.maxsize(), 0u);
    co_await unlimited.push(1);
    EXPECT_FALSE(unlimited.full());
    queue<int> q(1);
    EXPECT_EQ(q.maxsize(), 1u);
    EXPECT_FALSE(q.full());
    co_await q.push(1);
    EXPECT_TRUE(q.full());
  });
}

TEST(queue, gives_items_in_the_order_they_were_pushed) {
  run_virtual([]() -> task<> {
    queue<int> q;
    for (int item : {1, 3, 2}) co_await q.push(item);
    for (int expected : {1, 3, 2}) {
      int item = co_await q.pop();
      EXPECT_EQ(item, expected);
    }
  });
}

TEST(queue, keeps_its_order_while_its_storage_grows_and_turns) {
  run_virtual([]() -> task<> {
    queue<int> q;
    int pushed = 0;
    int popped = 0;
    for (int round = 1; round <= 40; ++round) {
      for (int count = 0; count < round; ++count) EXPECT_TRUE(q.try_push(int(pushed++)));
      for (int count = 0; count < round / 2; ++count) EXPECT_EQ(q.try_pop(), popped++);
      EXPECT_EQ(q.size(), static_cast<std::size_t>(pushed - popped));
    }
    while (!q.empty()) EXPECT_EQ(q.try_pop(), popped++);
    EXPECT_EQ(popped, pushed);
    co_return;
  });
}

TEST(queue, a_push_waits_for_a_place) {
  run_virtual([]() -> task<> {
    queue<int> q(2);
    std::vector<int> pushed;
    co_await with_group([&](task_group& group) -> task<> {
      auto pusher = group.spawn([&]() -> task<> {
        for (int item = 0; item < 3; ++item) {
          co_await q.push(item);
          pushed.push_back(item);
        }
      });
      co_await yield_now();
      EXPECT_EQ(pushed, (std::vector{0, 1}));
      int item = co_await q.pop();
      EXPECT_EQ(item, 0);
      EXPECT_TRUE(q.full());  // the waiting item has the place already
      co_await pusher;
      EXPECT_EQ(pushed, (std::vector{0, 1, 2}));
      item = co_await q.pop();
      EXPECT_EQ(item, 1);
      item = co_await q.pop();
      EXPECT_EQ(item, 2);
    });
  });
}

TEST(queue, a_pop_waits_for_an_item) {
  run_virtual([]() -> task<> {
    queue<int> q;
    co_await with_group([&](task_group& group) -> task<> {
      auto popper = group.spawn([&]() -> task<int> {
        int item = co_await q.pop();
        co_return item;
      });
      co_await sleep_for(10ms);
      EXPECT_FALSE(popper.has_ended());
      EXPECT_TRUE(q.try_push(1));
      EXPECT_TRUE(q.empty());  // it is the popper's
      int item = co_await popper;
      EXPECT_EQ(item, 1);
    });
  });
}

TEST(queue, waiting_poppers_get_items_in_the_order_they_came) {
  run_virtual([]() -> task<> {
    queue<int> q;
    std::vector<std::pair<int, int>> got;
    co_await with_group([&](task_group& group) -> task<> {
      for (int popper = 1; popper <= 3; ++popper) {
        auto pop = [&](int name) -> task<> {
          int item = co_await q.pop();
          got.emplace_back(name, item);
        };
        group.spawn(pop, popper);
      }
      co_await yield_now();
      for (int item = 10; item <= 12; ++item) co_await q.push(item);
    });
    EXPECT_EQ(got, (std::vector<std::pair<int, int>>{{1, 10}, {2, 11}, {3, 12}}));
  });
}

TEST(queue, waiting_pushers_get_places_in_the_order_they_came) {
  run_virtual([]() -> task<> {
    queue<int> q(1);
    co_await with_group([&](task_group& group) -> task<> {
      for (int item = 1; item <= 4; ++item) {
        group.spawn([&](int value) -> task<> { co_await q.push(value); }, item);
      }
      co_await yield_now();
      EXPECT_FALSE(q.try_push(5));
      for (int expected = 1; expected <= 4; ++expected) EXPECT_EQ(q.try_pop(), expected);
      EXPECT_EQ(q.try_pop(), std::nullopt);
    });
  });
}

TEST(queue, a_later_pop_cannot_overtake_a_waiting_one) {
  run_virtual([]() -> task<> {
    queue<int> q;
    co_await with_group([&](task_group& group) -> task<> {
      auto popper = group.spawn([&]() -> task<int> {
        int item = co_await q.pop();
        co_return item;
      });
      co_await yield_now();
      co_await q.push(1);
      EXPECT_EQ(q.try_pop(), std::nullopt);
      co_await q.push(2);
      int later = co_await q.pop();
      EXPECT_EQ(later, 2);
      int earlier = co_await popper;
      EXPECT_EQ(earlier, 1);
    });
  });
}

TEST(queue, two_pushes_into_one_place_are_both_popped) {
  run_virtual([]() -> task<> {
    queue<char> q(1);
    co_await with_group([&](task_group& group) -> task<> {
      for (char item : {'a', 'b'}) {
        group.spawn([&](char value) -> task<> { co_await q.push(value); }, item);
      }
      char item = co_await q.pop();
      EXPECT_EQ(item, 'a');
      item = co_await q.pop();
      EXPECT_EQ(item, 'b');
    });
  });
}

TEST(queue, a_fast_producer_and_a_fast_consumer_never_stop_each_other) {
  run_virtual([]() -> task<> {
    queue<int> q(1);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        for (int item = 0; item < 500; ++item) co_await q.push(item);
      });
      for (int expected = 0; expected < 500; ++expected) {
        int item = co_await q.pop();
        EXPECT_EQ(item, expected);
      }
    });
  });
}

TEST(queue, pushers_behind_a_getter_that_empties_it_all_get_in) {
  run_virtual([]() -> task<> {
    queue<int> q(2);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await yield_now();
        for (std::size_t count = q.size(); count > 0; --count) EXPECT_TRUE(q.try_pop());
      });
      for (int item = 0; item < 4; ++item) {
        group.spawn([&](int value) -> task<> { co_await q.push(value); }, item);
      }
      co_return;
    });
    EXPECT_EQ(q.size(), 2u);
  });
}

TEST(queue, try_push_and_try_pop_say_whether_they_did) {
  queue<int> q(1);
  EXPECT_EQ(q.try_pop(), std::nullopt);
  EXPECT_TRUE(q.try_push(1));
  EXPECT_FALSE(q.try_push(2));
  EXPECT_EQ(q.try_pop(), 1);
}

TEST(queue, carries_what_can_only_be_moved) {
  run_virtual([]() -> task<> {
    queue<std::unique_ptr<std::string>> q(1);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        co_await q.push(std::make_unique<std::string>("first"));
        co_await q.push(std::make_unique<std::string>("second"));
      });
      co_await yield_now();
      auto third = std::make_unique<std::string>("third");
      EXPECT_FALSE(q.try_push(std::move(third)));
      EXPECT_TRUE(third);  // NOLINT: a refused value stays with the caller
      std::unique_ptr<std::string> item = co_await q.pop();
      EXPECT_EQ(*item, "first");
      item = co_await q.pop();
      EXPECT_EQ(*item, "second");
    });
  });
}

TEST(queue, destroys_what_is_left_in_it) {
  auto tracked = std::make_shared<int>(1);
  {
    queue<std::shared_ptr<int>> q;
    for (int count = 0; count < 20; ++count) EXPECT_TRUE(q.try_push(tracked));
    EXPECT_EQ(tracked.use_count(), 21);
  }
  EXPECT_EQ(tracked.use_count(), 1);
}

TEST(queue, a_pop_may_be_awaited_again) {
  run_virtual([]() -> task<> {
    queue<std::string> q;
    co_await q.push("one");
    co_await q.push("two");
    auto pop = q.pop();
    std::string first = co_await pop;
    EXPECT_EQ(first, "one");
    std::string second = co_await pop;
    EXPECT_EQ(second, "two");
    q.shutdown();
    bool thrown = false;
    try {
      co_await pop;
    } catch (const queue_shut_down&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  });
}

TEST(queue_death_test, a_push_is_awaited_once) {
  EXPECT_DEATH(run_virtual([]() -> task<> {
                 queue<int> q;
                 auto push = q.push(1);
                 co_await push;
                 co_await push;
               }),
               "a push is awaited once");
}

TEST(queue, a_pipeline_of_tasks_keeps_the_order_under_every_shuffle) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    run_virtual(virtual_run_options{.seed = seed, .shuffle = true}, []() -> task<> {
      queue<int> first(3);
      queue<int> second(2);
      std::vector<int> out;
      co_await with_group([&](task_group& group) -> task<> {
        group.spawn([&]() -> task<> {
          for (int item = 0; item < 50; ++item) co_await first.push(item);
        });
        group.spawn([&]() -> task<> {
          for (int count = 0; count < 50; ++count) {
            int item = co_await first.pop();
            co_await second.push(item);
          }
        });
        group.spawn([&]() -> task<> {
          for (int count = 0; count < 50; ++count) {
            int item = co_await second.pop();
            out.push_back(item);
          }
        });
        co_return;
      });
      EXPECT_EQ(out.size(), 50u);
      EXPECT_TRUE(std::ranges::is_sorted(out));
    });
  }
}

TEST(queue, tasks_that_wait_for_it_say_so) {
  run_virtual([]() -> task<> {
    queue<int> q(1);
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        int item = co_await q.pop();
        EXPECT_EQ(item, 1);
      });
      co_await yield_now();
      EXPECT_NE(loop::current().dump_tasks().find("waiting for item of queue"), std::string::npos);
      co_await q.push(1);
      co_await q.push(2);
      group.spawn([&]() -> task<> { co_await q.push(3); });
      co_await yield_now();
      EXPECT_NE(loop::current().dump_tasks().find("waiting for place in queue of 1"),
                std::string::npos);
      EXPECT_EQ(q.try_pop(), 2);
    });
  });
}

}  // namespace
