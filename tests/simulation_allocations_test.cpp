// Once warm, nothing that processes wait for in a simulation allocates, with and without waiting.
#include <utility>

#include <gtest/gtest.h>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/simulation/condition.hpp"
#include "pirn/simulation/container.hpp"
#include "pirn/simulation/event.hpp"
#include "pirn/simulation/filter_store.hpp"
#include "pirn/simulation/preemptive_resource.hpp"
#include "pirn/simulation/priority_resource.hpp"
#include "pirn/simulation/priority_store.hpp"
#include "pirn/simulation/resource.hpp"
#include "pirn/simulation/store.hpp"
#include "tests/allocations_test.hpp"

namespace pirn {

namespace {

using namespace std::chrono_literals;

constexpr int rounds = 100;

template <class Resource>
task<> use(Resource* shared) {
  for (int round = 0; round < rounds; ++round) {
    auto grant = co_await shared->request();
    co_await sleep_for(1s);
  }
}

template <class Store>
task<> put_and_get(Store* shared) {
  for (int round = 0; round < rounds; ++round) {
    co_await shared->put(1);
    co_await sleep_for(1s);
    co_await shared->get();
  }
}

task<> fill_and_drain(des::container* shared) {
  for (int round = 0; round < rounds; ++round) {
    co_await shared->put(1);
    co_await sleep_for(1s);
    co_await shared->get(1);
  }
}

}  // namespace

TEST(simulation_allocations, resources) {
  des::resource free(3);
  des::resource busy(1);
  des::priority_resource ranked(1);
  des::preemptive_resource preemptive(2);
  EXPECT_EQ(allocations_of(free, use<des::resource>), 0u);
  EXPECT_EQ(allocations_of(busy, use<des::resource>), 0u);
  EXPECT_EQ(allocations_of(ranked, use<des::priority_resource>), 0u);
  EXPECT_EQ(allocations_of(preemptive, use<des::preemptive_resource>), 0u);
}

TEST(simulation_allocations, stores) {
  des::store<int> wide;
  des::store<int> narrow(1);
  des::priority_store<int> ranked(2);
  des::filter_store<int> chosen(1);
  EXPECT_EQ(allocations_of(wide, put_and_get<des::store<int>>), 0u);
  EXPECT_EQ(allocations_of(narrow, put_and_get<des::store<int>>), 0u);
  EXPECT_EQ(allocations_of(ranked, put_and_get<des::priority_store<int>>), 0u);
  EXPECT_EQ(allocations_of(chosen, put_and_get<des::filter_store<int>>), 0u);
}

TEST(simulation_allocations, containers) {
  des::container wide;
  des::container narrow(1);
  EXPECT_EQ(allocations_of(wide, fill_and_drain), 0u);
  EXPECT_EQ(allocations_of(narrow, fill_and_drain), 0u);
}

// Each in a coroutine of its own: frames of more than pooled_frame_max_bytes are not used again,
// and g++ makes one of a few conditions that large.

TEST(simulation_allocations, events_and_any_of) {
  int nothing = 0;
  auto work = [](int*) -> task<> {
    for (int round = 0; round < rounds; ++round) {
      des::event<int> first;
      des::event<> second;
      first.succeed(round);
      co_await first;
      co_await des::any_of(second, first, sleep_for(1s));
    }
  };
  EXPECT_EQ(allocations_of<int>(nothing, work), 0u);
}

TEST(simulation_allocations, conditions_in_conditions) {
  int nothing = 0;
  auto work = [](int*) -> task<> {
    for (int round = 0; round < rounds; ++round) {
      des::event<int> first;
      des::event<> second;
      first.succeed(round);
      co_await des::all_of(first, des::any_of(second, sleep_for(1s)));
    }
  };
  EXPECT_EQ(allocations_of<int>(nothing, work), 0u);
}

TEST(simulation_allocations, requests_in_a_select) {
  des::resource machine(1);
  auto work = [](des::resource* shared) -> task<> {
    for (int round = 0; round < rounds; ++round) co_await select(shared->request(), sleep_for(1s));
  };
  EXPECT_EQ(allocations_of<des::resource>(machine, work), 0u);
}

}  // namespace pirn
