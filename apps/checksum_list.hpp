// checksum_list: the entries of a list of checksums, in batches, as they come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checksum_line.hpp"
#include "input_bytes.hpp"

namespace pirn::apps {

/// Some lines of a list.
struct checksum_batch {
  std::vector<std::string> names;
  std::vector<sha256_digest> digests;    ///< of the files of these names
  std::vector<std::uint64_t> lines;      ///< where they stand; the first line of the list is 1
  std::vector<std::uint64_t> malformed;  ///< the numbers of lines that are none
};

/// Reads a list on as it is asked for, so that of a long one only a part is in memory, and one that
/// comes through a pipe is dealt with as it comes.
class checksum_list {
 public:
  /// `path`: `-` is standard input; then `-` in it names nothing.
  checksum_list(std::string path, checksum_parser& parser);

  /// Throws: std::system_error.
  task<> open();

  /// Waits for the next lines.
  /// Returns: nullopt at the end.
  /// Throws:  std::system_error.
  /// Cancel:  loses nothing.
  task<std::optional<checksum_batch>> next();

 private:
  checksum_batch take_lines();
  void take_line(checksum_batch& batch, std::string_view line);

  const bool is_standard_input_;
  input_bytes input_;
  checksum_parser& parser_;
  std::vector<std::byte> piece_;
  std::string buffer_;  // begins at a line's beginning
  std::uint64_t line_ = 0;
  bool ended_ = false;
};

}  // namespace pirn::apps
