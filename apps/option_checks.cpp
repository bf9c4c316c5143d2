#include "option_checks.hpp"

#include <cstdlib>

#include <fmt/core.h>

namespace pirn::apps {

std::function<std::string(const std::string&)> seconds_from(double least, double most) {
  return [least, most](const std::string& text) -> std::string {
    const double seconds = std::strtod(text.c_str(), nullptr);
    if (seconds >= least && seconds <= most) return {};
    return fmt::format("{} is not between {} and {:.0f}", text, least, most);
  };
}

std::string not_empty(const std::string& text) {
  return text.empty() ? "it is empty" : "";
}

}  // namespace pirn::apps
