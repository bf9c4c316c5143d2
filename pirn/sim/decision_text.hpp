// decision_text: an event of a simulation in words.
#pragma once

#include <string>
#include <string_view>

#include "pirn/sim/decision_log.hpp"

namespace pirn::sim {

std::string_view name_of(decision what) noexcept;

/// "1.000100000 s: data (3, 5)": to socket 3, five bytes.
std::string to_string(const decision_entry& event);

}  // namespace pirn::sim
