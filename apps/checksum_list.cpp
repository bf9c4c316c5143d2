#include "checksum_list.hpp"

#include <string_view>
#include <utility>

namespace pirn::apps {

namespace {

// Some ten thousand lines: enough to keep all executors busy.
constexpr std::size_t piece_bytes = 1024 * 1024;

}  // namespace

checksum_list::checksum_list(std::string path, checksum_parser& parser)
    : is_standard_input_(path == "-"),
      input_(std::move(path)),
      parser_(parser),
      piece_(piece_bytes) {}

task<> checksum_list::open() {
  co_await input_.open();
}

task<std::optional<checksum_batch>> checksum_list::next() {
  if (ended_) co_return std::nullopt;
  const std::size_t count = co_await input_.read(piece_);
  ended_ = count == 0;
  buffer_.append(reinterpret_cast<const char*>(piece_.data()), count);
  co_return take_lines();
}

// All whole ones; at the end of the list the last one needs no end.
checksum_batch checksum_list::take_lines() {
  checksum_batch batch;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = buffer_.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    take_line(batch, std::string_view(buffer_).substr(begin, end - begin));
  }
  buffer_.erase(0, begin);
  if (ended_ && !buffer_.empty()) take_line(batch, std::exchange(buffer_, {}));
  return batch;
}

void checksum_list::take_line(checksum_batch& batch, std::string_view line) {
  ++line_;
  if (line.starts_with('#')) return;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) return;
  std::optional<checksum_entry> entry = parser_.parse(line);
  if (!entry || (is_standard_input_ && entry->name == "-")) {
    batch.malformed.push_back(line_);
    return;
  }
  batch.names.push_back(std::move(entry->name));
  batch.digests.push_back(entry->digest);
  batch.lines.push_back(line_);
}

}  // namespace pirn::apps
