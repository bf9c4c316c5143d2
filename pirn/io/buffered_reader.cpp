#include "pirn/io/buffered_reader.hpp"

#include <algorithm>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::io {

incomplete_read::incomplete_read(std::string partial, std::size_t expected_bytes)
    : std::runtime_error("the stream ended after " + std::to_string(partial.size()) + " of " +
                         std::to_string(expected_bytes) + " bytes"),
      partial_(std::move(partial)) {}

// The bytes that were handed out are dropped here, not before: views of them end with the next
// read.
task<bool> buffered_reader::fill() {
  if (ended_) co_return false;
  lease chunk = co_await stream_.read();
  buffer_.erase(0, begin_);
  begin_ = 0;
  ended_ = chunk.empty();
  buffer_.append(chunk.text());
  co_return !ended_;
}

std::string_view buffered_reader::take(std::size_t count) noexcept {
  std::string_view taken = buffered().substr(0, count);
  begin_ += taken.size();
  return taken;
}

// Returns: the separator's end within buffered(), or npos when the stream ended first.
task<std::size_t> buffered_reader::find(std::string_view separator) {
  std::size_t searched = 0;
  for (;;) {
    std::size_t at = buffered().find(separator, searched);
    if (at != std::string_view::npos) {
      if (at > limit_bytes_) break;
      co_return at + separator.size();
    }
    // A separator that has begun within the limit may still end: how bytes were cut says nothing.
    searched = buffered().size() - std::min(buffered().size(), separator.size() - 1);
    if (searched > limit_bytes_) break;
    bool more = co_await fill();
    if (!more) co_return std::string_view::npos;
  }
  throw limit_exceeded("no separator within " + std::to_string(limit_bytes_) + " bytes");
}

task<std::string_view> buffered_reader::read_line() {
  std::size_t end = co_await find("\n");
  co_return take(end == std::string_view::npos ? buffered().size() : end);
}

task<std::string_view> buffered_reader::read_until(std::string_view separator) {
  PIRN_ASSERT(!separator.empty(), "a separator has at least one byte");
  std::size_t end = co_await find(separator);
  if (end == std::string_view::npos) {
    std::string partial(take(buffered().size()));
    std::size_t expected = partial.size() + separator.size();
    throw incomplete_read(std::move(partial), expected);
  }
  co_return take(end);
}

task<std::string_view> buffered_reader::read_exactly(std::size_t count) {
  while (buffered().size() < count) {
    bool more = co_await fill();
    if (!more) throw incomplete_read(std::string(take(buffered().size())), count);
  }
  co_return take(count);
}

task<std::string_view> buffered_reader::read(std::size_t count_max) {
  if (count_max > 0 && buffered().empty()) co_await fill();
  co_return take(std::min(count_max, buffered().size()));
}

}  // namespace pirn::io
