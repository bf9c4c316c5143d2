// blocking_file: writing a file by calls that block, for threads that may.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace pirn::apps {

/// Writes a file that appears under its name only when it is whole: `path.part` first, then
/// renamed. What fails leaves nothing behind.
///
/// Throws: std::system_error that names the operation and the path ("write out/a: no space left on
/// device").
void write_whole_blocking(const std::string& path, std::span<const std::byte> bytes);

/// What is written beside a file until it is whole.
std::string partial_path(const std::string& path);

}  // namespace pirn::apps
