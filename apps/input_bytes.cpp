#include "input_bytes.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "pirn/core/io_wait.hpp"
#include "pirn/exec/to_thread.hpp"

namespace pirn::apps {

namespace {

// Returns: nullopt when somebody else was quicker. May block, but not for long: something is there.
std::optional<std::size_t> read_now(std::span<std::byte> into) {
  const ssize_t count = ::read(STDIN_FILENO, into.data(), into.size());
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EINTR || errno == EAGAIN) return std::nullopt;
  throw std::system_error(errno, std::generic_category(), "read standard input");
}

// A read in a thread cannot be called back, so it begins only when there is something to read.
task<std::size_t> read_standard_input(std::span<std::byte> into) {
  std::optional<std::size_t> count;
  while (!count) {
    io_wait<poll_operation> readable("standard input");
    readable.request().descriptor = STDIN_FILENO;
    readable.request().events = poll_readable;
    int result = co_await readable;
    if (result < 0) {
      throw std::system_error(-result, std::generic_category(), "wait for standard input");
    }
    count = co_await to_thread(&read_now, into);
  }
  co_return *count;
}

}  // namespace

input_bytes::input_bytes(std::string path) : path_(std::move(path)) {}

task<> input_bytes::open() {
  if (path_ == "-" || file_) co_return;
  io::file opened = co_await io::open(path_);
  file_.emplace(std::move(opened));
}

task<std::size_t> input_bytes::read(std::span<std::byte> into) {
  co_await open();
  std::size_t count = 0;
  if (file_) {
    count = co_await file_->read(into);
  } else {
    count = co_await read_standard_input(into);
  }
  co_return count;
}

}  // namespace pirn::apps
