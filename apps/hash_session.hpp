// hash_session: digests files, or checks those of lists.
#pragma once

#include <string>
#include <vector>

#include "hash_executor.hpp"
#include "hash_report.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

/// What `pirn hash` was asked for.
struct hash_plan {
  std::vector<std::string> names;  ///< of files, or of lists; `-` is standard input
  executor_option executor;
  bool check = false;
  bool strict = false;  ///< a malformed line of a list is a failure
  bool json = false;
  report_style style;
  run_options run;
};

/// Carries out a plan and prints what comes of it.
/// Returns: the exit status: 0; 1 when a file or a list was not as it should be; 128 and its number
/// after a signal. Throws:  usage_error when the executor cannot be had.
int run_hash(const hash_plan& plan);

}  // namespace pirn::apps
