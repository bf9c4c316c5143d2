// doctor_report: what `pirn doctor` has found, as text or as JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "driver_check.hpp"
#include "system_facts.hpp"

namespace pirn::apps {

struct doctor_findings {
  system_facts system;
  driver_check driver;
  std::vector<std::pair<std::string, std::string>> libraries;  ///< names and versions
};

std::string doctor_text(const doctor_findings& found);
std::string doctor_json(const doctor_findings& found);

}  // namespace pirn::apps
