// url_source: the URLs of a run, one at a time, as they come.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "input_bytes.hpp"
#include "pirn/core/task.hpp"

namespace pirn::apps {

/// Gives the URLs of the command line, and then those of a file, a line each. The file is read only
/// as far as they are asked for: it may be a pipe that goes on for ever. Empty lines and lines that
/// begin with # are passed over.
class url_source {
 public:
  /// `file`: a path, `-` for standard input, or empty for none.
  url_source(std::vector<std::string> urls, std::string file);

  /// Waits for the next URL.
  /// Returns: nullopt at the end.
  /// Throws:  std::system_error that names the file.
  /// Cancel:  loses nothing.
  task<std::optional<std::string>> next();

 private:
  task<bool> fill();
  std::optional<std::string> take_line();

  std::vector<std::string> urls_;
  std::size_t taken_ = 0;
  std::vector<std::byte> piece_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool ended_;
  input_bytes input_;
};

}  // namespace pirn::apps
