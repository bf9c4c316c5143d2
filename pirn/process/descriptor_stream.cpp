#include "pirn/process/descriptor_stream.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include "pirn/core/operation.hpp"
#include "pirn/platform/descriptor_calls.hpp"

namespace pirn {

namespace {

[[noreturn]] void fail(std::string_view operation, const std::string& name, std::ptrdiff_t error) {
  throw std::system_error(errno_code(static_cast<int>(-error)),
                          std::string(operation) + " " + name);
}

// Negative when it has to be waited for.
std::ptrdiff_t read_some(const descriptor_stream& from, std::span<std::byte> into) {
  std::ptrdiff_t count = read_now(from.descriptor(), into);
  if (count < 0 && count != -EAGAIN) fail("read from", from.name(), count);
  return count;
}

}  // namespace

descriptor_stream::descriptor_stream(unique_fd open, std::string name)
    : descriptor_(std::move(open)), name_(std::move(name)) {
  if (int error = set_nonblocking(descriptor_.get())) fail("open", name_, error);
}

namespace detail {

bool read_some_work::step() {
  std::ptrdiff_t count = read_some(*from_, into_);
  if (count < 0) return false;
  count_ = static_cast<std::size_t>(count);
  return true;
}

bool read_all_work::step() {
  std::array<std::byte, 65536> chunk;
  for (int turns = 16; turns > 0; --turns) {  // then others have theirs
    std::ptrdiff_t count = read_some(*from_, chunk);
    if (count == 0) return true;
    if (count < 0) return false;
    bytes_.append(reinterpret_cast<const char*>(chunk.data()), static_cast<std::size_t>(count));
    if (bytes_.size() > max_bytes_) {
      throw std::length_error("read from " + from_->name() + ": more than " +
                              std::to_string(max_bytes_) + " bytes");
    }
  }
  return false;
}

bool write_all_work::step() {
  while (!rest_.empty()) {
    std::ptrdiff_t count = write_now(to_->descriptor(), rest_);
    if (count == -EAGAIN) return false;
    if (count < 0) fail("write to", to_->name(), count);
    rest_ = rest_.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

descriptor_event read_some_work::awaited() const {
  return {from_->descriptor(), poll_readable};
}
descriptor_event read_all_work::awaited() const {
  return {from_->descriptor(), poll_readable};
}
descriptor_event write_all_work::awaited() const {
  return {to_->descriptor(), poll_writable};
}

}  // namespace detail

}  // namespace pirn
