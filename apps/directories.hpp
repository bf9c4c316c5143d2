// directories: places for files.
#pragma once

#include <string>

namespace pirn::apps {

/// Makes a directory and those above it, as far as they are not there. Blocks.
/// Throws: std::system_error that names it ("make directory out: permission denied").
void make_directories(const std::string& path);

}  // namespace pirn::apps
