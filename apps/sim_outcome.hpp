// sim_outcome: one seed of a scenario, and what came of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include "pirn/world/failure.hpp"
#include "pirn/world/fault_plan.hpp"
#include "sim_scenarios.hpp"

namespace pirn::apps {

/// How each seed is run.
struct sim_run {
  const scenario* what = nullptr;
  std::string bug;
  const fault_plan* faults = nullptr;  ///< in place of those that the seed draws
  std::string faults_option;           ///< that says so, if one did
  bool twice = false;                  ///< and compare
};

struct sim_failure {
  world_moment at;
  std::string text;  ///< begins with the moment
};

struct sim_outcome {
  std::uint64_t seed = 0;
  unsigned runs = 0;
  std::uint64_t hash = 0;  ///< of all decisions
  std::uint64_t events = 0;
  duration simulated{};         ///< in all runs
  fault_plan plan;              ///< what was to go wrong
  std::size_t carried_out = 0;  ///< of it, so many faults
  std::optional<sim_failure> failure;
};

/// Who asked for a run's end gets this from it.
class sim_stopped : public std::exception {};

/// Runs one seed.
/// Throws:  sim_stopped soon after `stop` was set.
/// Threads: any; each has a world of its own.
sim_outcome run_seed(const sim_run& how, std::uint64_t seed, const std::atomic<bool>& stop);

/// The scenario with its bug; soon after `stop` was set it throws sim_stopped.
scenario_body body_of(const sim_run& how, const std::atomic<bool>& stop);

}  // namespace pirn::apps
