// flag_comparison: whether all styles have brought the same.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "flag_report.hpp"

namespace pirn::apps {

/// Compares what became of each code, and the files byte by byte as they are on the disk. Blocks.
/// `directory_of`: where a style has put its files.
/// Returns: the first difference in words; empty when there is none.
std::string find_difference(std::span<const style_report> reports,
                            const std::function<std::string(flag_style)>& directory_of);

}  // namespace pirn::apps
