// The store under faults: without a planted bug it is right for every seed, with one it is not for
// long.
#include "scenario.hpp"

#include <algorithm>
#include <ctime>
#include <string>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/world/replay.hpp"

namespace pirn::apps::kv {

namespace {

/// Seconds of processor time that this program has used.
double used_s() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// What a seed's run ends with; empty when nothing was wrong.
std::string failure_of(std::uint64_t seed, planted_bug bug) {
  try {
    world w({.seed = seed, .schedule = {.order = turn_order::drawn}});
    scenario(bug)(w);
  } catch (const world_failure& found) {
    return found.what();
  }
  return {};
}

}  // namespace

TEST(kv_scenario, without_a_bug_no_seed_fails) {
  const std::uint64_t seeds = detail::sanitized ? 5 : 200;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    ASSERT_EQ(failure_of(seed, planted_bug::none), "") << "seed " << seed;
  }
}

TEST(kv_scenario, equal_seeds_give_equal_runs) {
  const std::uint64_t seeds = detail::sanitized ? 2 : 10;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    replay({.seed = seed, .schedule = {.order = turn_order::drawn}}, scenario(planted_bug::none));
  }
}

class kv_bug : public ::testing::TestWithParam<bug_description> {};

TEST_P(kv_bug, is_found_within_a_minute) {
  const double start_s = used_s();
  std::string failure;
  std::uint64_t seed = 0;
  while (failure.empty() && used_s() - start_s < 60) {
    failure = failure_of(++seed, GetParam().which);
  }
  fmt::print("{}: seed {}, {:.1f} s: {}\n", GetParam().name, seed, used_s() - start_s,
             failure.substr(0, 400));
  EXPECT_NE(failure, "") << "not in " << seed << " seeds";
}

INSTANTIATE_TEST_SUITE_P(all, kv_bug, ::testing::ValuesIn(planted_bugs()), [](const auto& tested) {
  std::string name(tested.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace pirn::apps::kv
