// get_session: downloads many URLs at once, within limits, and tries again what may succeed.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "get_report.hpp"
#include "pirn/core/task.hpp"
#include "pirn/run/run.hpp"
#include "progress.hpp"
#include "retry_policy.hpp"
#include "tls_options.hpp"

namespace pirn::apps {

/// What `pirn get` was asked for.
struct get_plan {
  std::vector<std::string> urls;
  std::string input;  ///< a file with more URLs, `-` for standard input, or empty
  std::string directory = ".";
  std::size_t parallel_max = 20;
  std::size_t per_host_max = 6;
  duration silence_max = std::chrono::seconds(30);  ///< how long a server may say nothing
  duration connect_max = std::chrono::seconds(10);
  tls_trust trust;
  retry_policy retries;
  bool fail_early = false;
  bool keep_partial = false;  ///< also of what failed for good
  bool sync = false;          ///< a file that was reported ok survives a power cut
  report_form form = report_form::text;
  run_options run;
};

/// Told what became of each URL, as soon as that is known.
using result_sink = std::function<void(const url_result&)>;

/// Downloads all, on whatever loop it runs. `progress` shows how far it is, if it is there.
/// Throws: std::system_error when it cannot begin, or cannot read on in its input.
/// Cancel: what has not come yet is given up, and told of.
task<> get_urls(const get_plan& plan, const result_sink& tell, progress_bar* progress = nullptr);

/// Carries out a plan and prints its reports.
/// Returns: the exit status: 0 when all URLs were downloaded, else 1; 128 and its number after a
/// signal. Throws:  std::system_error when it cannot begin, or cannot read on in its input.
int run_get(const get_plan& plan);

}  // namespace pirn::apps
