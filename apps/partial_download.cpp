#include "partial_download.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/http/conditional.hpp"
#include "pirn/http/date.hpp"
#include "pirn/http/syntax.hpp"
#include "pirn/platform/blocking_files.hpp"
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
  return point.url + '\n' + point.validator + '\n' + std::to_string(point.whole_bytes) + '\n' +
         std::to_string(point.there_bytes) + '\n';
}

std::optional<resume_point> parse_resume_point(std::string_view text) {
  const auto url = take_line(text);
  const auto validator = take_line(text);
  const auto whole = take_line(text);
  const auto there = take_line(text);
  if (!there || !text.empty() || url->empty() || validator->empty()) return std::nullopt;
  const auto whole_bytes = http::detail::parse_number(*whole);
  const auto there_bytes = http::detail::parse_number(*there);
  if (!whole_bytes || !there_bytes) return std::nullopt;
  return resume_point{.url = std::string(*url),
                      .validator = std::string(*validator),
                      .whole_bytes = *whole_bytes,
                      .there_bytes = *there_bytes};
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
  const auto entries = blocking_files().entries(directory);
  if (!entries) return names;  // what cannot be read has none
  for (const directory_entry& each : *entries) {
    if (!each.name.ends_with(info_suffix)) continue;
    names.insert(each.name.substr(0, each.name.size() - info_suffix.size()));
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
    if (point && partial.size_bytes < point->there_bytes) point.reset();
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
  saved_at_ = now();
  const open_mode mode{.write = true, .create = from_start, .truncate = from_start};
  io::file opened = co_await on_disk(io::open(partial_path(path_), mode));
  file_.emplace(std::move(opened));
}

// What lies there is removed, not written over: after a power cut its end may be back, and what is
// known of it as well.
task<> partial_download::begin(resume_point point) {
  co_await discard_partial(path_);
  point.there_bytes = 0;
  co_await open(std::move(point), true);
}

task<> partial_download::go_on(resume_point point) {
  return open(std::move(point), false);
}

task<> partial_download::write(std::span<const std::byte> bytes) {
  constexpr duration between_saves = std::chrono::seconds(5);
  const auto offset = static_cast<std::int64_t>(point_.there_bytes);
  co_await on_disk(file_->write_all(bytes, offset));
  point_.there_bytes += bytes.size();
  if (now() - saved_at_ >= between_saves && can_be_gone_on_with()) co_await on_disk(save());
}

// First the bytes, then that they are there.
task<> partial_download::save() {
  saved_at_ = now();
  co_await file_->sync();
  const std::string text = format_resume_point(point_);
  co_await io::write_whole(info_path(path_), std::as_bytes(std::span(text)));
}

task<> partial_download::sync_name() {
  io::file directory = co_await io::open(directory_of(path_), {.read = true, .directory = true});
  co_await directory.sync();
}

task<> partial_download::finish() {
  if (options_.sync) co_await on_disk(file_->sync());
  co_await on_disk(file_->close());
  file_.reset();
  co_await on_disk(io::rename(partial_path(path_), path_));
  if (!point_.validator.empty()) co_await on_disk(remove_if_there(info_path(path_)));
  if (options_.sync) co_await on_disk(sync_name());
}

task<std::optional<resume_point>> partial_download::suspend() {
  bool is_saved = false;
  if (file_ && can_be_gone_on_with()) {
    try {
      co_await shield(save());
      is_saved = true;
    } catch (const std::system_error&) {  // then there is nothing to rely on
    }
  }
  file_.reset();
  std::optional<resume_point> point;
  if (is_saved) point = std::move(point_);
  co_return point;
}

}  // namespace pirn::apps
