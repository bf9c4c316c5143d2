// buffered_writer: small writes, gathered into few.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "pirn/core/task.hpp"
#include "pirn/io/stream.hpp"

namespace pirn::io {

/// How much a writer keeps.
struct water_marks {
  std::size_t high_bytes = 64 * 1024;  ///< drain() does nothing until the buffer holds more,
  std::size_t low_bytes = 0;           ///< and then sends until it holds no more than this
};

/// Writes to a stream through a buffer of its own.
///
///     for (const row& each : rows) {
///       out.write(text_of(each));
///       co_await out.drain();
///     }
///     co_await out.flush();
///
/// Lifetime: the stream must outlive it. What was not flushed at its end is lost.
/// Source:   asyncio.StreamWriter; but that sends behind the program's back.
class buffered_writer {
 public:
  /// Requires: marks.low_bytes <= marks.high_bytes.
  explicit buffered_writer(stream_ref stream, water_marks marks = {});

  /// Adds to the buffer; sends nothing.
  void write(std::string_view text) { buffer_.append(text); }
  void write(std::span<const std::byte> bytes) {
    write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  /// Sends when there is much to send. Others may write meanwhile, but not send.
  /// Throws: std::system_error of the stream.
  /// Cancel: the stream may have got a part; it is only good for closing.
  task<> drain();
  /// Sends everything. Throws and cancels as drain().
  task<> flush() { return send(0); }

  std::size_t buffered_bytes() const noexcept { return buffer_.size(); }

 private:
  task<> send(std::size_t rest_bytes);

  stream_ref stream_;
  water_marks marks_;
  std::string buffer_;
};

}  // namespace pirn::io
