#include "partial_download.hpp"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "blocking_file.hpp"
#include "pirn/core/within.hpp"
#include "pirn/http/conditional.hpp"
#include "pirn/http/date.hpp"
#include "pirn/http/syntax.hpp"
#include "retry_policy.hpp"

namespace pirn::apps {

namespace {

constexpr std::string_view info_suffix = ".part.info";
constexpr std::size_t info_max_bytes = 16 * 1024;

// Runs an operation on a file; its failure is the disk's, not the network's.
template <class T>
task<T> on_disk(task<T> operation) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(operation);
      co_return;
    } else {
      T value = co_await std::move(operation);
      co_return value;
    }
  } catch (const std::system_error& error) {
    throw storage_error(error.what());
  }
}

task<> remove_if_there(const std::string& path) {
  try {
    co_await io::remove(path);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::no_such_file_or_directory) throw;
  }
}

std::optional<std::string_view> take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

task<std::string> read_small_file(const std::string& path) {
  std::string text(info_max_bytes, '\0');
  io::file opened = co_await io::open(path);
  std::size_t count = co_await opened.read(std::as_writable_bytes(std::span(text)));
  text.resize(count);
  co_return text;
}

}  // namespace

std::string info_path(const std::string& path) {
  return path + std::string(info_suffix);
}

std::string format_resume_point(const resume_point& point) {
  return point.url + '\n' + point.validator + '\n' + std::to_string(point.whole_bytes) + '\n';
}

std::optional<resume_point> parse_resume_point(std::string_view text) {
  const auto url = take_line(text);
  const auto validator = take_line(text);
  const auto whole = take_line(text);
  if (!whole || !text.empty() || url->empty() || validator->empty()) return std::nullopt;
  const auto whole_bytes = http::detail::parse_number(*whole);
  if (!whole_bytes) return std::nullopt;
  return resume_point{
      .url = std::string(*url), .validator = std::string(*validator), .whole_bytes = *whole_bytes};
}

std::string validator_of(const http::fields& headers) {
  if (const auto tag = headers.find(http::field_id::etag)) {
    const auto parsed = http::parse_entity_tag(*tag);
    if (parsed && !parsed->weak) return std::string(*tag);
  }
  const auto modified = headers.find(http::field_id::last_modified);
  const auto date = headers.find(http::field_id::date);
  if (!modified || !date) return {};
  const auto today = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto changed = http::parse_date(*modified, today);
  const auto answered = http::parse_date(*date, today);
  if (!changed || !answered || *answered - *changed < std::chrono::minutes(1)) return {};
  return std::string(*modified);
}

std::set<std::string> partial_downloads_in(const std::string& directory) {
  std::set<std::string> names;
  std::error_code error;  // what cannot be read has none
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    std::string name = entry.path().filename().string();
    if (!name.ends_with(info_suffix)) continue;
    name.resize(name.size() - info_suffix.size());
    names.insert(std::move(name));
  }
  return names;
}

task<std::optional<resume_point>> load_resume_point(const std::string& path,
                                                    const std::string& url) {
  std::optional<resume_point> point;
  try {
    std::string text = co_await read_small_file(info_path(path));
    point = parse_resume_point(text);
    file_status partial = co_await io::status(partial_path(path));
    if (point) point->there_bytes = partial.size_bytes;
  } catch (const std::system_error&) {
    point.reset();  // what cannot be read cannot be gone on with
  }
  const bool is_usable = point && point->url == url && point->there_bytes > 0 &&
                         point->there_bytes < point->whole_bytes;
  if (!is_usable) point.reset();
  co_return point;
}

task<> discard_partial(const std::string& path) {
  for (const std::string& each : {partial_path(path), info_path(path)}) {
    try {
      co_await shield(io::remove(each));
    } catch (const std::system_error&) {
      continue;  // mostly, it is not there; what else it is does not matter to who gives it up
    }
  }
}

task<> partial_download::open(resume_point point, bool from_start) {
  point_ = std::move(point);
  const open_mode mode{.write = true, .create = from_start, .truncate = from_start};
  io::file opened = co_await on_disk(io::open(partial_path(path_), mode));
  file_.emplace(std::move(opened));
}

task<> partial_download::begin(resume_point point) {
  point.there_bytes = 0;
  co_await open(std::move(point), true);
  if (point_.validator.empty()) {
    co_await on_disk(remove_if_there(info_path(path_)));  // an older one is not of this version
    co_return;
  }
  const std::string text = format_resume_point(point_);
  co_await on_disk(io::write_whole(info_path(path_), std::as_bytes(std::span(text))));
}

task<> partial_download::go_on(resume_point point) {
  return open(std::move(point), false);
}

task<> partial_download::write(std::span<const std::byte> bytes) {
  const auto offset = static_cast<std::int64_t>(point_.there_bytes);
  co_await on_disk(file_->write_all(bytes, offset));
  point_.there_bytes += bytes.size();
}

task<> partial_download::finish() {
  co_await on_disk(file_->close());
  file_.reset();
  co_await on_disk(io::rename(partial_path(path_), path_));
  if (!point_.validator.empty()) co_await on_disk(remove_if_there(info_path(path_)));
}

std::optional<resume_point> partial_download::suspend() noexcept {
  file_.reset();
  if (point_.validator.empty() || point_.there_bytes == 0) return std::nullopt;
  return std::move(point_);
}

}  // namespace pirn::apps
