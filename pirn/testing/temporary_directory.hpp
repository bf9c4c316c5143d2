// temporary_directory: a directory of a test's own, which goes away with it.
#pragma once

#include <filesystem>

namespace pirn::testing {

/// A new directory, empty and for this user only, below the one for temporary files (`$TMPDIR`, or
/// /tmp). It is removed at the end with all that is in it then; what cannot be removed stays.
///
/// Source: Python's tempfile.TemporaryDirectory.
class temporary_directory {
 public:
  /// Throws: std::system_error when there is no place for one.
  temporary_directory();
  temporary_directory(temporary_directory&&) = delete;  // is removed once
  ~temporary_directory();

  const std::filesystem::path& path() const noexcept { return path_; }

  /// The path of what is, or will be, called `name` in it.
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace pirn::testing
