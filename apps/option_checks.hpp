// option_checks: what options may be; checks for CLI11.
#pragma once

#include <functional>
#include <string>

namespace pirn::apps {

inline constexpr double option_seconds_max = 1e9;

/// A time in seconds: a number from `least` to `most`, so not "nan".
std::function<std::string(const std::string&)> seconds_from(double least,
                                                            double most = option_seconds_max);

/// Some text: a file's name, a bug's.
std::string not_empty(const std::string& text);

}  // namespace pirn::apps
