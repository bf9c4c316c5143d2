#include "pirn/io/buffered_writer.hpp"

#include "pirn/base/assert.hpp"

namespace pirn::io {

buffered_writer::buffered_writer(stream_ref stream, water_marks marks)
    : stream_(stream), marks_(marks) {
  PIRN_ASSERT(marks.low_bytes <= marks.high_bytes, "the low-water mark is the lower one");
}

task<> buffered_writer::drain() {
  if (buffer_.size() > marks_.high_bytes) co_await send(marks_.low_bytes);
}

task<> buffered_writer::send(std::size_t rest_bytes) {
  if (buffer_.size() <= rest_bytes) co_return;
  const std::size_t count = buffer_.size() - rest_bytes;
  const std::string going_out = buffer_.substr(0, count);  // others may write meanwhile
  buffer_.erase(0, count);
  co_await stream_.write_all(going_out);
}

}  // namespace pirn::io
