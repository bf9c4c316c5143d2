#include "url_source.hpp"

#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "pirn/core/io_wait.hpp"
#include "pirn/exec/to_thread.hpp"

namespace pirn::apps {

namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

std::string trimmed(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = line.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(line.substr(first, line.find_last_not_of(blanks) - first + 1));
}

// Returns: nullopt when somebody else was quicker. May block, but not for long: something is there.
std::optional<std::size_t> read_now(std::span<std::byte> into) {
  const ssize_t count = ::read(STDIN_FILENO, into.data(), into.size());
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EINTR || errno == EAGAIN) return std::nullopt;
  throw std::system_error(errno, std::generic_category(), "read standard input");
}

}  // namespace

url_source::url_source(std::vector<std::string> urls, std::string file)
    : urls_(std::move(urls)), path_(std::move(file)), ended_(path_.empty()) {}

task<std::optional<std::string>> url_source::next() {
  if (taken_ < urls_.size()) co_return std::move(urls_[taken_++]);
  for (;;) {
    std::optional<std::string> line = take_line();
    if (line && !line->empty() && !line->starts_with('#')) co_return line;
    if (line) continue;
    if (ended_) co_return std::nullopt;
    bool more = co_await fill();
    ended_ = !more;
  }
}

// Returns: nullopt when the buffer has no whole line, and is not at the end either.
std::optional<std::string> url_source::take_line() {
  const std::size_t end = buffer_.find('\n', begin_);
  if (end == std::string::npos && (!ended_ || begin_ == buffer_.size())) return std::nullopt;
  const std::size_t stop = end == std::string::npos ? buffer_.size() : end;
  std::string line = trimmed(std::string_view(buffer_).substr(begin_, stop - begin_));
  begin_ = end == std::string::npos ? stop : stop + 1;
  return line;
}

task<bool> url_source::fill() {
  piece_.resize(piece_bytes);
  std::size_t count = 0;
  if (path_ == "-") {
    count = co_await read_standard_input();
  } else {
    if (!file_) {
      io::file opened = co_await io::open(path_);
      file_.emplace(std::move(opened));
    }
    count = co_await file_->read(piece_);
  }
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_.append(reinterpret_cast<const char*>(piece_.data()), count);
  co_return count > 0;
}

// A read in a thread cannot be called back, so it begins only when there is something to read.
task<std::size_t> url_source::read_standard_input() {
  std::optional<std::size_t> count;
  while (!count) {
    io_wait<poll_operation> readable("standard input");
    readable.request().descriptor = STDIN_FILENO;
    readable.request().events = poll_readable;
    int result = co_await readable;
    if (result < 0) {
      throw std::system_error(-result, std::generic_category(), "wait for standard input");
    }
    count = co_await to_thread(&read_now, std::span(piece_));
  }
  co_return *count;
}

}  // namespace pirn::apps
