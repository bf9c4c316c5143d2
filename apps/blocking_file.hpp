// blocking_file: files by calls that block, for threads that may.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pirn/core/operation.hpp"

namespace pirn::apps {

struct write_whole_options {
  bool sync = false;  ///< the bytes are on the disk before the file gets its name
};
static_assert(std::is_trivially_copyable_v<write_whole_options>);

/// Writes a file that appears under its name only when it is whole: `path.part` first, then
/// renamed. What fails leaves nothing behind.
///
/// Throws: std::system_error that names the operation and the path ("write out/a: no space left on
/// device").
void write_whole_blocking(const std::string& path, std::span<const std::byte> bytes,
                          write_whole_options options = {});

/// Writes what a user asked for in a file: whole, or not at all. A link stays, and what it leads to
/// is written; what is no regular file (a pipe, /dev/stdout) is written into.
/// Throws: as write_whole_blocking().
void write_output_blocking(const std::string& path, std::string_view text);

/// Makes the names in a directory survive a power cut.
/// Throws: std::system_error that names the path.
void sync_directory_blocking(const std::string& path);

/// Reads a file from its beginning to its end.
///
/// Throws: std::system_error that names the operation and the path ("open a: no such file or
/// directory").
std::vector<std::byte> read_whole_blocking(const std::string& path);

/// Asks for the status of a file, or of what a link leads to.
/// Throws: std::system_error that names the path ("open a: no such file or directory").
file_status status_blocking(const std::string& path);

/// The directory that a path's last name is in.
std::string directory_of(const std::string& path);

/// What is written beside a file until it is whole.
std::string partial_path(const std::string& path);

}  // namespace pirn::apps
