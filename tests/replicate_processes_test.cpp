// Replications in other processes: the same results as here, failures that name their seeds.
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/core/sleep.hpp"
#include "pirn/exec/inline_executor.hpp"
#include "pirn/process/process_pool.hpp"
#include "pirn/simulation/replicate.hpp"
#include "pirn/simulation/simulation.hpp"

namespace pirn {
namespace {

using hours = std::chrono::duration<double, std::ratio<3600>>;

task<> sleep_often(int times) {
  for (int i = 0; i < times; ++i) {
    co_await sleep_for(hours(simulation::current().random().expovariate(1.0)));
  }
}

/// What an experiment is told beside its seed, and what it gives, travel.
struct sleeper {
  int times = 0;

  struct result {
    std::uint64_t seed = 0;
    double slept = 0;
    int process = 0;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(seed, slept, process);
    }
  };
  result operator()(std::uint64_t seed) const {
    simulation sim({.seed = seed});
    sim.spawn(sleep_often, times);
    sim.run();
    return {seed, sim.now_in<hours>().count(), ::getpid()};
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(times);
  }
};

TEST(replicate_processes, find_the_same_as_this_one) {
  inline_executor here;
  process_pool pool{2};
  auto expected = des::replicate(40, sleeper{10}, here, {.first_seed = 3});
  auto found = des::replicate(40, sleeper{10}, pool, {.first_seed = 3, .chunk = 4});
  auto other = found.begin();
  for (const sleeper::result& each : expected) {
    ASSERT_NE(other, found.end());
    EXPECT_EQ((*other).seed, each.seed);
    EXPECT_EQ((*other).slept, each.slept);
    EXPECT_NE((*other).process, each.process);
    ++other;
  }
  EXPECT_EQ(other, found.end());
}

std::uint64_t fail_at_7(std::uint64_t seed) {
  if (seed == 7) throw std::domain_error("no such day");
  return seed;
}

TEST(replicate_processes, a_failure_names_its_seed_and_keeps_its_type) {
  process_pool pool{2};
  auto runs = des::replicate(9, fail_at_7, pool, {.first_seed = 1});
  std::uint64_t last = 0;
  try {
    for (std::uint64_t each : runs) last = each;
    FAIL();
  } catch (const des::replication_error& error) {
    EXPECT_EQ(std::string(error.what()), "replication with seed 7: no such day");
    EXPECT_THROW(std::rethrow_if_nested(error), std::domain_error);
  }
  EXPECT_EQ(last, 6U);
}

}  // namespace
}  // namespace pirn

int main(int argc, char** argv) {
  pirn::process_main(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
