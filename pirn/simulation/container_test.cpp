// container: amounts that are put in and got out, the first in the queue before the others.
#include "pirn/simulation/container.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::cancel_each_await;
using pirn::testing::cancel_target;
using pirn::testing::cancelled_run;
using pirn::testing::run_virtual;
using journal = std::vector<std::string>;

task<> get(des::container& tank, journal& seen, double amount) {
  co_await tank.get(amount);
  seen.push_back("got " + std::to_string(static_cast<int>(amount)));
}
task<> put(des::container& tank, journal& seen, double amount) {
  co_await tank.put(amount);
  seen.push_back("put " + std::to_string(static_cast<int>(amount)));
}

TEST(des_container, holds_an_amount_between_nothing_and_its_capacity) {
  run_virtual([]() -> task<> {
    des::container tank(100, 40);
    EXPECT_EQ(tank.capacity(), 100);
    EXPECT_EQ(tank.level(), 40);
    co_await tank.put(60);
    EXPECT_EQ(tank.level(), 100);
    co_await tank.get(100);
    EXPECT_EQ(tank.level(), 0);
    auto none_left = co_await select(tank.get(0.5), sleep_for(1s));
    EXPECT_EQ(none_left.index(), 1u);
    des::container sea;
    EXPECT_EQ(sea.capacity(), des::container::unlimited);
    co_await sea.put(1e300);
  });
}

TEST(des_container, counts_whole_things_too) {
  run_virtual([]() -> task<> {
    des::basic_container<int> box(3);
    co_await box.put(3);
    auto full = co_await select(box.put(1), sleep_for(1s));
    EXPECT_EQ(full.index(), 1u);
    co_await box.get(2);
    EXPECT_EQ(box.level(), 1);
    des::basic_container<int> warehouse;
    co_await warehouse.put(des::basic_container<int>::unlimited);
    EXPECT_EQ(warehouse.level(), des::basic_container<int>::unlimited);
  });
}

TEST(des_container, who_is_first_holds_up_those_behind_it) {
  run_virtual([]() -> task<> {
    des::container tank(100);
    journal seen;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(get, std::ref(tank), std::ref(seen), 50);
      group.spawn(get, std::ref(tank), std::ref(seen), 1);
      co_await yield_now();
      co_await tank.put(30);
      co_await sleep_for(1s);
      EXPECT_EQ(seen, journal());  // there is enough for the second, but the first waits
      EXPECT_EQ(tank.level(), 30);
      co_await tank.put(30);
      co_await sleep_for(1s);
      EXPECT_EQ(seen, (journal{"got 50", "got 1"}));
      EXPECT_EQ(tank.level(), 9);
    });
  });
}

TEST(des_container, who_comes_waits_behind_those_who_wait) {
  run_virtual([]() -> task<> {
    des::container tank(100, 10);
    journal seen;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(get, std::ref(tank), std::ref(seen), 50);
      co_await yield_now();
      auto small = co_await select(tank.get(1), sleep_for(1s));
      EXPECT_EQ(small.index(), 1u);
      co_await tank.put(90);
    });
    EXPECT_EQ(tank.level(), 50);
  });
}

TEST(des_container, puts_wait_for_room_in_their_order) {
  run_virtual([]() -> task<> {
    des::container tank(100, 90);
    journal seen;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(put, std::ref(tank), std::ref(seen), 50);
      group.spawn(put, std::ref(tank), std::ref(seen), 5);
      co_await sleep_for(1s);
      EXPECT_EQ(seen, journal());
      co_await tank.get(60);
    });
    EXPECT_EQ(seen, (journal{"put 50", "put 5"}));
    EXPECT_EQ(tank.level(), 85);
  });
}

TEST(des_container, a_put_that_was_served_serves_a_get_and_that_the_next_put) {
  run_virtual([]() -> task<> {
    des::container tank(10, 10);
    journal seen;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> { co_await select(tank.put(8), sleep_for(1s)); });
      group.spawn(put, std::ref(tank), std::ref(seen), 3);
      group.spawn(put, std::ref(tank), std::ref(seen), 9);
      co_await yield_now();
      co_await tank.get(3);
      group.spawn(get, std::ref(tank), std::ref(seen), 9);
      co_await yield_now();
      EXPECT_EQ(seen, journal());  // with 7 of 10 there is neither room for 8, nor are there 9
    });
    EXPECT_EQ(seen, (journal{"put 3", "got 9", "put 9"}));
    EXPECT_EQ(tank.level(), 10);
  });
}

TEST(des_container, whoever_stands_behind_one_that_gives_up_moves_up) {
  run_virtual([]() -> task<> {
    des::container tank(100, 10);
    journal seen;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&]() -> task<> {
        auto much = co_await select(tank.get(50), sleep_for(1s));
        EXPECT_EQ(much.index(), 1u);
      });
      group.spawn(get, std::ref(tank), std::ref(seen), 4);
      group.spawn(get, std::ref(tank), std::ref(seen), 5);
      co_await sleep_for(2s);
      EXPECT_EQ(seen, (journal{"got 4", "got 5"}));
      EXPECT_EQ(tank.level(), 1);
    });
  });
}

TEST(des_container, of_a_select_that_puts_and_gets_one_happens) {
  run_virtual([]() -> task<> {
    des::container tank(10, 10);
    auto which = co_await select(tank.put(5), tank.get(5));
    EXPECT_EQ(which.index(), 1u);
    EXPECT_EQ(tank.level(), 5);
    auto other = co_await select(tank.get(6), tank.put(5));
    EXPECT_EQ(other.index(), 1u);
    EXPECT_EQ(tank.level(), 10);
    auto neither = co_await select(tank.put(5), tank.put(2), sleep_for(1s));
    EXPECT_EQ(neither.index(), 2u);
    EXPECT_EQ(tank.level(), 10);
  });
}

TEST(des_container, a_select_of_two_gets_that_is_cancelled_takes_neither) {
  run_virtual([]() -> task<> {
    des::container tank(100, 10);
    co_await with_group([&](task_group& group) -> task<> {
      auto waiter = group.spawn([&]() -> task<> { co_await select(tank.get(50), tank.get(5)); });
      co_await yield_now();
      waiter.cancel();  // the first leaves, but the second does not move up: it leaves, too
    });
    EXPECT_EQ(tank.level(), 10);
  });
}

TEST(des_container, a_task_that_waits_for_it_says_so) {
  run_virtual([]() -> task<> {
    des::basic_container<int> box(10, 2);
    co_await with_group([&](task_group& group) -> task<> {
      auto getter = group.spawn([&]() -> task<> { co_await box.get(5); });
      auto putter = group.spawn([&]() -> task<> { co_await box.put(9); });
      co_await yield_now();
      const std::string tasks = loop::current().dump_tasks();
      EXPECT_NE(tasks.find("waiting for 5 of container with 2"), std::string::npos) << tasks;
      EXPECT_NE(tasks.find("waiting for room for 9 in container of 10"), std::string::npos);
      getter.cancel();
      putter.cancel();
    });
  });
}

TEST(des_container, cancelled_anywhere_loses_nothing) {
  struct {
    int put = 0;
    int got = 0;
    int level = 0;
  } world;
  auto program = [&]() -> task<> {
    world = {};
    des::basic_container<int> box(10);
    auto putter = [&](int amount) -> task<> {
      for (int round = 0; round < 3; ++round) {
        co_await box.put(amount);
        world.put += amount;
      }
    };
    auto getter = [&](int amount) -> task<> {
      for (int round = 0; round < 3; ++round) {
        auto which = co_await select(box.get(amount), sleep_for(1s));
        if (which.index() == 0) world.got += amount;
      }
    };
    try {
      co_await with_group([&](task_group& group) -> task<> {
        group.spawn(putter, 4);
        group.spawn(getter, 7);
        group.spawn(getter, 2);
        group.spawn(putter, 5);
        co_return;
      });
    } catch (const cancelled&) {
      world.level = box.level();
      throw;
    }
    world.level = box.level();
  };
  auto check = [&](const cancelled_run& run) {
    if (run.error) {
      EXPECT_THROW(std::rethrow_exception(run.error), deadlock_error) << run.describe();
    }
    EXPECT_EQ(world.put - world.got, world.level) << run.describe();
  };
  EXPECT_GT(cancel_each_await(program, check), 10u);
  EXPECT_GT(cancel_each_await(program, check, {.target = cancel_target::suspended_task}), 10u);
}

TEST(des_container_death, misuse_is_an_error) {
  EXPECT_DEATH(des::container(1, 2), "from nothing to its capacity");
  EXPECT_DEATH(des::container(1, -1), "from nothing to its capacity");
  des::container tank(10, 5);
  EXPECT_DEATH(static_cast<void>(tank.get(0)), "more than nothing");
  EXPECT_DEATH(static_cast<void>(tank.put(-1)), "more than nothing");
}

}  // namespace
