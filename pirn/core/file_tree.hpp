// file_tree: files, and what only calls that block ask: where a path leads, what a directory holds.
#pragma once

#include <expected>
#include <string>
#include <system_error>
#include <vector>

#include "pirn/core/file_system.hpp"

namespace pirn {

/// What is in a directory.
struct directory_entry {
  std::string name;
  file_status::kind type;  ///< of what a link leads to; `other` when it leads nowhere
};

/// A file system that also answers questions about names, which no driver has requests for.
///
/// Threads: any.
class file_tree : public file_system {
 public:
  /// The path of what is there from the root, without links, `.` and `..`.
  virtual std::expected<std::string, std::error_code> canonical(const std::string& path) = 0;
  /// What a directory holds, in no order that means anything.
  virtual std::expected<std::vector<directory_entry>, std::error_code> entries(
      const std::string& path) = 0;

 protected:
  ~file_tree() = default;
};

}  // namespace pirn
