// frame: bytes with their length and a checksum before them, on the wire and in the journal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pirn/core/task.hpp"
#include "pirn/net/tcp_stream.hpp"

namespace pirn::apps::kv {

/// Longer ones are not believed.
inline constexpr std::size_t frame_max_bytes = 16 * 1024 * 1024;

/// Requires: there is some content.
void add_frame(std::string& to, std::string_view content);

/// Takes a frame off the front of `from`.
/// Returns: its content, in `from`'s memory; nothing, with `from` as it was, when there is no whole
///          and sound frame.
std::optional<std::string_view> take_frame(std::string_view& from) noexcept;

/// Frames out of a connection.
///
/// Lifetime: the stream outlives it.
class frame_reader {
 public:
  explicit frame_reader(net::tcp_stream& from) noexcept : from_(from) {}

  /// Reads the next frame.
  /// Returns: its content, good until the next read; nothing at the end of the stream, or when the
  ///          deadline has come: it costs no exception, for servers that are cut off meet it often.
  /// Throws:  std::system_error: of the stream; EBADMSG for what is no frame.
  task<std::optional<std::string_view>> read(time_point deadline = never);

 private:
  net::tcp_stream& from_;
  std::string buffer_;
  std::size_t begin_ = 0;  // what is before it was given out
};

}  // namespace pirn::apps::kv
