// flag_session: runs the styles one after the other, shows how they go, and compares their files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flag_report.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

/// What `pirn flags` was asked for.
struct flag_plan {
  std::vector<flag_style> styles;
  std::vector<std::string> codes;
  std::optional<unsigned> connections;  ///< for the styles that may have several
  std::string label;                    ///< the site's
  std::string base_url;                 ///< empty: the site is our own
  std::string flags_directory;
  std::string destination;
  site_manners manners;
  bool with_country = false;
  bool verbose = false;
  bool json = false;
  flag_fetcher fetch;  ///< of the style with processes; empty: a pool of its own
  run_options run;
};

/// Runs a plan and prints its reports.
/// Returns: the exit status: 0; 1 when a download failed for another reason than the site's answer,
///          or when the styles' files differ; 128 and its number after a signal.
/// Throws:  std::system_error when it cannot begin: no flags, no port, no destination.
int run_flags(const flag_plan& plan);

}  // namespace pirn::apps
