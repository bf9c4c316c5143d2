#include "url_source.hpp"

#include <string_view>
#include <utility>

namespace pirn::apps {

namespace {

constexpr std::size_t url_piece_bytes = 64 * 1024;

std::string trimmed(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = line.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(line.substr(first, line.find_last_not_of(blanks) - first + 1));
}

}  // namespace

url_source::url_source(std::vector<std::string> urls, std::string file)
    : urls_(std::move(urls)), ended_(file.empty()), input_(std::move(file)) {}

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
  piece_.resize(url_piece_bytes);
  std::size_t count = co_await input_.read(piece_);
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_.append(reinterpret_cast<const char*>(piece_.data()), count);
  co_return count > 0;
}

}  // namespace pirn::apps
