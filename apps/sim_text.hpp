// sim_text: what `pirn sim` says.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pirn/base/hash.hpp"
#include "sim_outcome.hpp"

namespace pirn::apps {

/// What came of all seeds, those so far.
struct sim_summary {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::uint64_t runs = 0;
  std::uint64_t events = 0;
  duration simulated{};
  std::map<fault_kind, std::uint64_t> faults;  ///< those of the plans
  std::uint64_t planned = 0;                   ///< so many they are
  std::uint64_t carried_out = 0;               ///< those whose time came while they could be
  running_hash hash;                           ///< over the seeds' hashes, in their order
  std::chrono::duration<double> elapsed{};

  void add(const sim_outcome& outcome);
  double seeds_a_minute() const noexcept;
};

/// What runs one seed again: "pirn sim get --seed 7".
std::string replay_command(const sim_run& how, std::uint64_t seed);

/// Two lines or more, of which the first says what failed.
std::string text_of_failure(const sim_run& how, const sim_outcome& outcome);
std::string text_of(const sim_run& how, const sim_summary& summary);
/// Of a single run: what went wrong in it, and when, and, in comments, what came of it: so the
/// whole is a plan of faults again.
std::string text_of_run(const sim_run& how, const sim_outcome& outcome);

/// One object.
std::string json_of(const sim_run& how, const sim_summary& summary,
                    const std::vector<sim_outcome>& failures);

}  // namespace pirn::apps
