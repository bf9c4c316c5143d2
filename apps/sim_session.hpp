// sim_session: many seeds of a scenario on all processors, and what is said of them.
#pragma once

#include <cstdint>
#include <string>

#include "sim_outcome.hpp"

namespace pirn::apps {

enum class sim_form : std::uint8_t { text, json, quiet };

/// What `pirn sim` was asked for.
struct sim_plan {
  sim_run run;
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 100;
  bool single = false;        ///< one seed, with all that is known of it
  unsigned jobs = 0;          ///< threads; 0: one a processor
  std::string timeline_file;  ///< where a trace of the first failure goes, of a single run in any
                              ///< case; or empty
  std::string reduced_file;   ///< where the first failure's smaller plan of faults goes; or empty
  sim_form form = sim_form::text;
};

/// Runs all seeds; what is said comes in their order.
/// Returns: the exit status: 0 when none failed, else 1; 128 and its number after a signal.
/// Throws:  std::system_error when the plan of faults cannot be written.
int run_sim(const sim_plan& plan);

}  // namespace pirn::apps
