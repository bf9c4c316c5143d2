// resource and priority_resource: who is served, when, and in which order.
#include "pirn/simulation/resource.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/simulation/priority_resource.hpp"
#include "pirn/simulation/simulated_test.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using des::at_now;
using des::journal;
using pirn::testing::cancel_each_await;
using pirn::testing::cancel_target;
using pirn::testing::cancelled_run;
using pirn::testing::run_virtual;
using pirn::testing::virtual_run_options;
using std::chrono::seconds;

task<> use(des::resource& machine, journal& seen, std::string name, seconds work) {
  auto grant = co_await machine.request();
  seen.push_back(at_now(name));
  co_await sleep_for(work);
}

class des_resource : public des::simulated {};
class des_priority_resource : public des::simulated {};

TEST_F(des_resource, serves_in_the_order_of_the_requests) {
  des::resource machine;
  simulate([&](task_group& group) -> task<> {
    for (const char* name : {"a", "b", "c"}) {
      group.spawn(use, std::ref(machine), std::ref(seen), name, 5s);
    }
    co_return;
  });
  EXPECT_EQ(seen, (journal{"0 a", "5 b", "10 c"}));
}

TEST_F(des_resource, has_as_many_users_as_places) {
  des::resource machines(2);
  simulate([&](task_group& group) -> task<> {
    group.spawn(use, std::ref(machines), std::ref(seen), "a", 2s);
    group.spawn(use, std::ref(machines), std::ref(seen), "b", 5s);
    group.spawn(use, std::ref(machines), std::ref(seen), "c", 2s);
    group.spawn(use, std::ref(machines), std::ref(seen), "d", 2s);
    co_await sleep_for(1s);
    EXPECT_EQ(machines.count(), 2u);
    EXPECT_EQ(machines.capacity(), 2u);
    EXPECT_EQ(machines.queue_length(), 2u);
  });
  EXPECT_EQ(seen, (journal{"0 a", "0 b", "2 c", "4 d"}));
  EXPECT_EQ(machines.count(), 0u);
}

TEST_F(des_resource, a_free_place_is_granted_without_suspending) {
  des::resource machine;
  bool others_ran = false;
  simulate([&](task_group& group) -> task<> {
    group.spawn([&] { others_ran = true; });
    auto grant = co_await machine.request();
    EXPECT_TRUE(grant.is_held());
    EXPECT_FALSE(others_ran);
  });
}

TEST_F(des_resource, a_grant_is_given_back_early_or_moved_but_counts_once) {
  run_virtual([]() -> task<> {
    des::resource machines(2);
    auto first = co_await machines.request();
    auto second = co_await machines.request();
    first.release();
    first.release();
    EXPECT_FALSE(first.is_held());
    EXPECT_EQ(machines.count(), 1u);
    first = std::move(second);
    EXPECT_TRUE(first.is_held());
    EXPECT_EQ(machines.count(), 1u);
    std::optional third(std::move(first));
    third.reset();
    EXPECT_EQ(machines.count(), 0u);
  });
}

TEST_F(des_resource, a_grant_is_given_back_when_its_scope_is_left_by_an_exception) {
  run_virtual([]() -> task<> {
    des::resource machine;
    auto fail = [&]() -> task<> {
      auto grant = co_await machine.request();
      throw std::runtime_error("broken");
    };
    EXPECT_THROW(co_await fail(), std::runtime_error);
    EXPECT_EQ(machine.count(), 0u);
  });
}

TEST_F(des_resource, who_reneges_leaves_the_queue) {
  des::resource teller;
  auto impatient = [&](std::string name, seconds patience) -> task<> {
    auto served = co_await select(teller.request(), sleep_for(patience));
    note(name + (served.index() == 0 ? " served" : " gone"));
    if (served.index() == 0) co_await sleep_for(3s);
  };
  simulate([&](task_group& group) -> task<> {
    group.spawn(use, std::ref(teller), std::ref(seen), "first", 10s);
    group.spawn(impatient, "short", 3s);
    group.spawn(impatient, "long", 30s);
    co_await sleep_for(1s);
    EXPECT_EQ(teller.queue_length(), 2u);
    co_await sleep_for(3s);
    EXPECT_EQ(teller.queue_length(), 1u);
  });
  EXPECT_EQ(seen, (journal{"0 first", "3 short gone", "10 long served"}));
}

TEST_F(des_resource, who_balks_does_not_join_a_long_queue) {
  des::resource teller;
  auto customer = [&](std::string name) -> task<> {
    if (teller.queue_length() >= 2) {
      note(name + " balks");
      co_return;
    }
    co_await use(teller, seen, name, 5s);
  };
  simulate([&](task_group& group) -> task<> {
    for (const char* name : {"a", "b", "c", "d"}) group.spawn(customer, name);
    co_await sleep_for(6s);
    group.spawn(customer, "e");
  });
  EXPECT_EQ(seen, (journal{"0 a", "0 d balks", "5 b", "10 c", "15 e"}));
}

TEST_F(des_resource, more_places_serve_the_queue_at_once) {
  des::resource machines(1);
  simulate([&](task_group& group) -> task<> {
    for (const char* name : {"a", "b", "c", "d"}) {
      group.spawn(use, std::ref(machines), std::ref(seen), name, 10s);
    }
    co_await sleep_for(1s);
    machines.set_capacity(3);
    EXPECT_EQ(machines.count(), 3u);
  });
  EXPECT_EQ(seen, (journal{"0 a", "1 b", "1 c", "10 d"}));
}

TEST_F(des_resource, fewer_places_count_as_grants_come_back) {
  des::resource machines(2);
  simulate([&](task_group& group) -> task<> {
    group.spawn(use, std::ref(machines), std::ref(seen), "a", 2s);
    group.spawn(use, std::ref(machines), std::ref(seen), "b", 4s);
    group.spawn(use, std::ref(machines), std::ref(seen), "c", 2s);
    co_await sleep_for(1s);
    machines.set_capacity(0);
    EXPECT_EQ(machines.count(), 2u);
    co_await sleep_for(9s);
    EXPECT_EQ(machines.count(), 0u);
    EXPECT_EQ(machines.queue_length(), 1u);
    machines.set_capacity(1);
  });
  EXPECT_EQ(seen, (journal{"0 a", "0 b", "10 c"}));
}

TEST_F(des_resource, a_grant_that_came_before_the_cancel_is_given_and_given_back) {
  run_virtual([]() -> task<> {
    des::resource machine;
    bool granted = false;
    co_await with_group([&](task_group& group) -> task<> {
      std::optional first(co_await machine.request());
      auto second = group.spawn([&]() -> task<> {
        auto grant = co_await machine.request();
        granted = true;
        co_await sleep_for(1s);
      });
      co_await yield_now();
      first.reset();
      second.cancel();
    });
    EXPECT_TRUE(granted);
    EXPECT_EQ(machine.count(), 0u);
    EXPECT_EQ(now().time_since_epoch(), 0s);
  });
}

TEST_F(des_resource, shuffled_tasks_never_use_more_than_all_places) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    run_virtual(virtual_run_options{.seed = seed, .shuffle = true}, []() -> task<> {
      des::resource machines(3);
      std::size_t inside = 0;
      std::size_t most = 0;
      auto worker = [&]() -> task<> {
        for (int round = 0; round < 5; ++round) {
          auto grant = co_await machines.request();
          most = std::max(most, ++inside);
          co_await yield_now();
          --inside;
        }
      };
      co_await with_group([&](task_group& group) -> task<> {
        for (int count = 0; count < 8; ++count) group.spawn(worker);
        co_return;
      });
      EXPECT_EQ(most, 3u);
      EXPECT_EQ(machines.count(), 0u);
    });
  }
}

TEST_F(des_resource, a_task_that_waits_for_it_says_so) {
  des::resource machines(0);
  simulate([&](task_group& group) -> task<> {
    auto waiter = group.spawn([&]() -> task<> { auto grant = co_await machines.request(); });
    co_await yield_now();
    EXPECT_NE(loop::current().dump_tasks().find("waiting for one of 0 of resource"),
              std::string::npos);
    waiter.cancel();
  });
}

TEST_F(des_priority_resource, serves_the_lowest_priority_first_and_equals_in_their_order) {
  des::priority_resource machine;
  auto use = [&](std::string name, int priority) -> task<> {
    auto grant = co_await machine.request(priority);
    note(name);
    co_await sleep_for(1s);
  };
  simulate([&](task_group& group) -> task<> {
    group.spawn(use, "user", 9);  // keeps its place, however unimportant
    co_await yield_now();
    int number = 0;
    for (int priority : {2, 0, 1, 0, 2, -1, 1}) {
      group.spawn(use, std::to_string(priority) + "/" + std::to_string(number++), priority);
    }
    co_await yield_now();
    EXPECT_EQ(machine.queue_length(), 7u);
  });
  EXPECT_EQ(seen,
            (journal{"0 user", "1 -1/5", "2 0/1", "3 0/3", "4 1/2", "5 1/6", "6 2/0", "7 2/4"}));
}

TEST_F(des_priority_resource, whoever_leaves_the_queue_leaves_the_order_of_the_others) {
  des::priority_resource machine(0);
  std::vector<int> served;
  simulate([&](task_group& group) -> task<> {
    std::vector<child<>> waiting;
    for (int priority : {5, 3, 8, 1, 9, 2, 7, 4, 6, 0}) {
      waiting.push_back(group.spawn([&machine, &served, priority]() -> task<> {
        auto grant = co_await machine.request(priority);
        served.push_back(priority);
      }));
    }
    co_await yield_now();
    for (std::size_t gone : {3U, 4U, 7U}) waiting[gone].cancel();  // 1, 9, 4
    EXPECT_EQ(machine.queue_length(), 7u);
    machine.set_capacity(1);
    for (child<>& each : waiting) {
      if (!each.was_cancelled()) co_await select(each.wait(), sleep_for(1s));
    }
  });
  EXPECT_EQ(served, (std::vector{0, 2, 3, 5, 6, 7, 8}));
}

template <class Resource>
void cancel_users_everywhere() {
  auto program = []() -> task<> {
    Resource machines(2);
    auto worker = [&]() -> task<> {
      for (int round = 0; round < 2; ++round) {
        auto grant = co_await machines.request();
        co_await sleep_for(1s);
      }
      co_await select(machines.request(), sleep_for(1500ms));
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (int count = 0; count < 5; ++count) group.spawn(worker);
      co_return;
    });
    EXPECT_EQ(machines.count(), 0u);
    EXPECT_EQ(machines.queue_length(), 0u);
  };
  auto check = [](const cancelled_run& run) { EXPECT_FALSE(run.error) << run.describe(); };
  EXPECT_GT(cancel_each_await(program, check), 10u);
  EXPECT_GT(cancel_each_await(program, check, {.target = cancel_target::suspended_task}), 10u);
  EXPECT_GT(
      cancel_each_await(program, check,
                        {.target = cancel_target::suspended_task, .seed = 7, .shuffle = true}),
      10u);
}

TEST_F(des_resource, cancelled_anywhere_loses_no_place) {
  cancel_users_everywhere<des::resource>();
}

TEST_F(des_priority_resource, cancelled_anywhere_loses_no_place) {
  cancel_users_everywhere<des::priority_resource>();
}

}  // namespace
