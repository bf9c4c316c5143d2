// Orders of what is due at one moment: which bugs they show, and that a seed says all.
#include "pirn/world/scheduling.hpp"

#include <numeric>
#include <set>

#include "pirn/core/task_group.hpp"
#include "pirn/world/programs_test.hpp"
#include "pirn/world/replay.hpp"

namespace pirn {

namespace {

constexpr int writer_steps = 30;

/// For one step of many, what the two share is not as it should be.
task<> write(bool* is_whole) {
  for (int i = 0; i < writer_steps; ++i) {
    *is_whole = i != 17;
    co_await yield_now();
  }
}

task<> read(const bool* is_whole, bool* was_whole) {
  co_await yield_now();
  *was_whole = *is_whole;
}

/// Fails when the reader goes between two given steps of the writer: a bug of depth 2.
void planted_bug(world& w) {
  bool is_whole = true;
  bool was_whole = true;
  w.add_host("one", "10.0.0.1").run([&]() -> task<> {
    co_await with_group([&](task_group& group) {
      group.spawn(write, &is_whole);
      group.spawn(read, &is_whole, &was_whole);
    });
  });
  w.run_until_quiet();
  if (!was_whole) throw world_failure(w.moment(), "the reader has seen half of a change");
}

int failures(std::uint64_t seeds, const scheduling& schedule) {
  int count = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    world w({.seed = seed, .schedule = schedule});
    try {
      planted_bug(w);
    } catch (const world_failure&) {
      ++count;
    }
  }
  return count;
}

/// The hosts in the order of their turns.
std::vector<std::size_t> turns_of(std::uint64_t seed, turn_order order) {
  world w({.seed = seed, .schedule = {.order = order}});
  std::vector<std::size_t> turns;
  for (std::size_t i = 0; i < 5; ++i) {
    host& one = w.add_host("host " + std::to_string(i), "10.0.0." + std::to_string(i + 1));
    one.run([&turns, i]() -> task<> {
      turns.push_back(i);
      co_return;
    });
  }
  w.run_until_quiet();
  return turns;
}

}  // namespace

TEST(scheduling, priorities_show_a_bug_of_their_depth_that_other_orders_do_not) {
  constexpr std::uint64_t seeds = 2000;
  constexpr int steps = writer_steps + 10;  // with those of the reader and the group
  EXPECT_EQ(failures(seeds, {}), 0);
  EXPECT_EQ(failures(seeds, {.order = turn_order::pct, .pct_depth = 1}), 0);
  const int found = failures(seeds, {.order = turn_order::pct, .pct_depth = 2, .pct_steps = steps});
  EXPECT_GE(found, static_cast<int>(seeds) / (3 * steps)) << "three tasks";
}

TEST(scheduling, what_priorities_have_shown_their_seed_shows_again) {
  const scheduling how{.order = turn_order::pct, .pct_depth = 2, .pct_steps = 40};
  std::uint64_t failed = 0;
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    try {
      hashes.insert(replay({.seed = seed, .schedule = how}, planted_bug));
    } catch (const replay_difference& found) {
      FAIL() << found.what();
    } catch (const world_failure&) {
      failed = seed;
    }
  }
  EXPECT_GT(hashes.size(), 20U) << "orders";
  ASSERT_NE(failed, 0U);
  EXPECT_THROW(replay({.seed = failed, .schedule = how}, planted_bug), world_failure);
}

TEST(scheduling, hosts_go_in_the_order_that_it_says) {
  const std::vector<std::size_t> as_added{0, 1, 2, 3, 4};
  std::set<std::vector<std::size_t>> drawn;
  std::set<std::vector<std::size_t>> by_priority;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    EXPECT_EQ(turns_of(seed, turn_order::fifo), as_added);
    drawn.insert(turns_of(seed, turn_order::drawn));
    by_priority.insert(turns_of(seed, turn_order::pct));
    EXPECT_EQ(turns_of(seed, turn_order::pct), turns_of(seed, turn_order::pct));
  }
  EXPECT_GT(drawn.size(), 50U);
  EXPECT_GT(by_priority.size(), 50U);
}

TEST(scheduling, who_waits_by_yielding_lets_the_other_go_in_the_end) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    world w({.seed = seed, .schedule = {.order = turn_order::pct}});
    bool is_done = false;
    w.add_host("one", "10.0.0.1").run([&]() -> task<> {
      co_await with_group([&](task_group& group) {
        group.spawn([&]() -> task<> {
          while (!is_done) co_await yield_now();
        });
        group.spawn([&]() -> task<> {
          is_done = true;
          co_return;
        });
      });
    });
    EXPECT_TRUE(w.run_until_quiet()) << seed;
  }
}

TEST(pct_order, goes_by_priority_until_a_change) {
  const std::vector<std::uint64_t> ids{1, 2, 3, 4};
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    detail::pct_order order(random_source(seed), {.pct_depth = 3, .pct_steps = 100});
    std::vector<std::size_t> chosen;
    for (int i = 0; i < 200; ++i) chosen.push_back(order.choose(ids));
    int changes = 0;
    for (std::size_t i = 1; i < chosen.size(); ++i) changes += chosen[i] != chosen[i - 1];
    EXPECT_LE(changes, 2) << seed;
    EXPECT_EQ(std::set(chosen.begin(), chosen.end()).size(), static_cast<std::size_t>(changes) + 1)
        << "who was put back does not come again before the others";
  }
}

}  // namespace pirn
