#include "pirn/process/descriptor_stream.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include "pirn/core/operation.hpp"
#include "pirn/io/heap_lease.hpp"
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

// Drops from `rest` what could be written now.
// Returns: whether that was all.
bool write_on(const descriptor_stream& to, std::span<const std::byte>& rest) {
  while (!rest.empty()) {
    std::ptrdiff_t count = write_now(to.descriptor(), rest);
    if (count == -EAGAIN) return false;
    if (count < 0) fail("write to", to.name(), count);
    rest = rest.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

descriptor_stream::descriptor_stream(unique_fd open, std::string name)
    : descriptor_(std::move(open)), name_(std::move(name)) {
  if (int error = set_nonblocking(descriptor_.get())) fail("open", name_, error);
}

task<> descriptor_stream::shut_down_writing() {
  const int error = shut_down_sending(descriptor_.get());
  if (error == -ENOTSOCK) {
    close();
  } else if (error < 0) {
    fail("shut down", name_, error);
  }
  co_return;
}

namespace detail {

bool read_some_work::step() {
  std::ptrdiff_t count = read_some(*from_, into_);
  if (count < 0) return false;
  count_ = static_cast<std::size_t>(count);
  return true;
}

bool read_lease_work::step() {
  constexpr std::size_t pipe_bytes = 65536;  // as much as a pipe holds
  io::heap_buffer buffer(pipe_bytes);
  const std::ptrdiff_t count = read_some(*from_, buffer.bytes());
  if (count < 0) return false;
  chunk_ = buffer.lend(static_cast<std::size_t>(count));
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
  while (write_on(*to_, rest_)) {
    if (parts_.empty()) return true;
    rest_ = {parts_.front().data, parts_.front().size};
    parts_ = parts_.subspan(1);
  }
  return false;
}

descriptor_event read_some_work::awaited() const {
  return {from_->descriptor(), poll_readable};
}
descriptor_event read_lease_work::awaited() const {
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
