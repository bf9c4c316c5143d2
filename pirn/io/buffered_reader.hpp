// buffered_reader: lines and counted bytes out of a stream.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/core/task.hpp"
#include "pirn/io/stream.hpp"

namespace pirn::io {

/// A separator did not come within the reader's limit. The bytes stay in the buffer.
class limit_exceeded : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The stream ended before all that was asked for had come.
class incomplete_read : public std::runtime_error {
 public:
  incomplete_read(std::string partial, std::size_t expected_bytes);
  /// What came before the end.
  const std::string& partial() const noexcept { return partial_; }

 private:
  std::string partial_;
};

/// Reads a stream through a buffer of its own.
///
/// Views that a read returns are good until the next read.
/// Cancel:   what has arrived stays in the buffer; nothing is lost.
/// Lifetime: the stream must outlive it.
/// Source:   asyncio.StreamReader.
class buffered_reader {
 public:
  static constexpr std::size_t default_limit_bytes = 64 * 1024;

  explicit buffered_reader(stream_ref stream, std::size_t limit_bytes = default_limit_bytes)
      : stream_(stream), limit_bytes_(limit_bytes) {}

  /// A line with its '\\n'; at the end of the stream what is left, then an empty view.
  /// Throws: limit_exceeded; std::system_error.
  task<std::string_view> read_line();

  /// Everything up to and with `separator`, before which at most the limit's bytes may come.
  /// Requires: it is not empty.
  /// Throws: incomplete_read when the stream ends first; limit_exceeded.
  task<std::string_view> read_until(std::string_view separator);

  /// Exactly `count` bytes.
  /// Throws: incomplete_read when the stream ends first.
  task<std::string_view> read_exactly(std::size_t count);

  /// At least one byte, at most `count_max`; empty at the end of the stream. None for none.
  task<std::string_view> read(std::size_t count_max);

  /// Whether the stream has ended and the buffer is empty.
  bool at_end() const noexcept { return ended_ && begin_ == buffer_.size(); }
  std::string_view buffered() const noexcept { return std::string_view(buffer_).substr(begin_); }

 private:
  task<bool> fill();
  std::string_view take(std::size_t count) noexcept;
  task<std::size_t> find(std::string_view separator);

  stream_ref stream_;
  std::size_t limit_bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool ended_ = false;
};

}  // namespace pirn::io
