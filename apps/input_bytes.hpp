// input_bytes: what is in a file, or comes on standard input, piece by piece.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "pirn/core/task.hpp"
#include "pirn/io/file.hpp"

namespace pirn::apps {

/// Reads on without keeping the loop from its other work, be it a file, a pipe or a terminal.
class input_bytes {
 public:
  /// `path`: `-` is standard input.
  explicit input_bytes(std::string path);

  /// Opens the file, if the first read() is not to do it.
  /// Throws: std::system_error that names the file.
  task<> open();

  /// Waits for more.
  /// Returns: how many bytes came; 0 at the end.
  /// Throws:  std::system_error that names the file.
  /// Cancel:  loses nothing.
  task<std::size_t> read(std::span<std::byte> into);

 private:
  std::string path_;
  std::optional<io::file> file_;
};

}  // namespace pirn::apps
