#include "pirn/http/static_files.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "pirn/exec/to_thread.hpp"
#include "pirn/http/conditional.hpp"
#include "pirn/http/date.hpp"
#include "pirn/http/media_type.hpp"
#include "pirn/http/path.hpp"
#include "pirn/http/range.hpp"
#include "pirn/http/wall_clock.hpp"
#include "pirn/io/file.hpp"
#include "pirn/platform/blocking_files.hpp"

namespace pirn::http {

namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

// A file that may be served: where it really is, and its state.
struct found_file {
  status code = status::ok;
  std::string path;
  bool is_directory = false;
};

file_status::kind kind_of(const std::string& path) {
  blocking_request<stat_operation> asking;
  asking.path = path;
  return asking.perform() == 0 ? asking.status.type : file_status::kind::other;
}

std::string checked_root(const std::string& path) {
  const auto real = blocking_files().canonical(path);
  if (!real) throw std::system_error(real.error(), "serve " + path);
  if (kind_of(*real) == file_status::kind::directory) return *real;
  throw std::system_error(ENOTDIR, std::generic_category(), "serve " + *real);
}

// Follows links and checks that the end is still below the root. Blocks: for a thread.
found_file find_below(const std::string& root, const std::string& relative) {
  const auto real = blocking_files().canonical(root + "/" + relative);
  if (!real) return {.code = status::not_found, .path = {}};
  const bool inside = *real == root || root == "/" || real->starts_with(root + "/");
  if (!inside) return {.code = status::forbidden, .path = {}};
  const file_status::kind type = kind_of(*real);
  if (type == file_status::kind::directory) {
    return {.code = status::ok, .path = *real, .is_directory = true};
  }
  // Opening a pipe would wait for its writer.
  if (type != file_status::kind::regular) return {.code = status::not_found, .path = {}};
  return {.code = status::ok, .path = *real};
}

std::string entity_text(const file_status& of) {
  char text[64];
  std::snprintf(text, sizeof text, "%llx-%llx", static_cast<unsigned long long>(of.modified_ns),
                static_cast<unsigned long long>(of.size_bytes));
  return text;
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (char letter : text) {
    switch (letter) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string list_directory(const std::string& path) {
  const auto entries = blocking_files().entries(path);
  if (!entries) throw std::system_error(entries.error(), "list " + path);
  std::vector<std::string> names;
  for (const auto& [name, type] : *entries) {
    names.push_back(name + (type == file_status::kind::directory ? "/" : ""));
  }
  std::ranges::sort(names);
  std::string page = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Index</title>\n<ul>\n";
  for (const std::string& name : names) {
    page += "<li><a href=\"./" + percent_encode_path(name) + "\">" + escape_html(name) + "</a>\n";
  }
  return page + "</ul>\n";
}

// Where a directory's page is. Two slashes at the beginning would name another host.
std::string with_slash(const request_head& request) {
  std::string_view path = request.path();
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  std::string target = "/" + std::string(path) + "/";
  if (!request.query().empty()) target += "?" + std::string(request.query());
  return target;
}

void refuse(exchange& current, status code) {
  current.respond(code,
                  std::to_string(static_cast<int>(code)) + " " + std::string(reason(code)) + "\n");
}

task<> send_range(exchange& current, io::file& from, byte_range range) {
  std::vector<std::byte> buffer(std::min<std::uint64_t>(piece_bytes, range.size_bytes()));
  std::uint64_t at = range.first;
  while (at <= range.last) {
    const std::uint64_t wanted = std::min<std::uint64_t>(buffer.size(), range.last - at + 1);
    std::size_t count =
        co_await from.read(std::span(buffer).first(wanted), static_cast<std::int64_t>(at));
    if (count == 0) throw std::system_error(EIO, std::generic_category(), from.path() + " shrank");
    co_await current.write(std::span<const std::byte>(buffer).first(count));
    at += count;
  }
}

// Answers with the whole file or one range of it; several ranges are answered with the whole.
task<> send_file(exchange& current, io::file& from, const file_status& state, bool may_range) {
  const std::uint64_t size = state.size_bytes;
  std::optional<byte_range> part;
  if (may_range) {
    std::string_view asked = current.request().fields.find(field_id::range).value_or("");
    const range_request ranges = range_request::parse(asked, size);
    if (ranges.what() == range_request::kind::unsatisfiable) {
      std::string value;
      append_unsatisfied_range(value, size);
      current.headers().add(field_id::content_range, value);
      refuse(current, status::range_not_satisfiable);
      co_return;
    }
    if (ranges.what() == range_request::kind::partial && ranges.ranges().size() == 1) {
      part = ranges.ranges().front();
    }
  }
  if (part) {
    std::string value;
    append_content_range(value, *part, size);
    current.headers().add(field_id::content_range, value);
    current.start(status::partial_content, part->size_bytes());
  } else {
    current.start(status::ok, size);
    if (size > 0) part = byte_range{0, size - 1};
  }
  if (current.request().method == method::head || !part) co_return;
  co_await send_range(current, from, *part);
}

task<> answer_with(exchange& current, const std::string& path) {
  io::file opened = co_await io::open(path);
  const file_status state = co_await opened.status();
  if (state.type != file_status::kind::regular) {
    refuse(current, status::not_found);
    co_return;
  }
  const std::string tag = entity_text(state);
  const auto modified = std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(state.modified_ns)));
  const validators known{.etag = entity_tag{.opaque = tag}, .last_modified = modified};
  const std::chrono::sys_seconds today = wall_seconds();
  const request_head& request = current.request();
  current.headers()
      .add(field_id::etag, "\"" + tag + "\"")
      .add(field_id::last_modified, format_date(modified))
      .add(field_id::accept_ranges, "bytes");
  switch (evaluate_preconditions(request.method, request.fields, known, today)) {
    case precondition::not_modified:
      current.respond_empty(status::not_modified);
      co_return;
    case precondition::fails:
      refuse(current, status::precondition_failed);
      co_return;
    case precondition::holds:
      break;
  }
  current.headers().add(field_id::content_type, media_type(path));
  const bool may_range =
      request.fields.contains(field_id::range) && range_applies(request.fields, known, today);
  co_await send_file(current, opened, state, may_range);
}

}  // namespace

static_files::static_files(const std::filesystem::path& root, static_options options)
    : root_(checked_root(root.string())), options_(options) {}

task<> static_files::operator()(exchange& current) const {
  const request_head& request = current.request();
  if (request.method != method::get && request.method != method::head) {
    current.headers().add(field_id::allow, "GET, HEAD");
    refuse(current, status::method_not_allowed);
    co_return;
  }
  auto path = safe_path(request.path());
  if (!path) {
    refuse(current,
           path.error() == path_error::escapes_root ? status::forbidden : status::bad_request);
    co_return;
  }
  co_await answer(current, std::move(path->text));
}

task<> static_files::answer(exchange& current, std::string path) const {
  found_file found = co_await to_thread(&find_below, root_, path);
  if (found.code == status::ok && found.is_directory) {
    if (!current.request().path().ends_with('/')) {
      current.headers().add(field_id::location, with_slash(current.request()));
      refuse(current, status::moved_permanently);
      co_return;
    }
    const std::string directory = found.path;
    found_file index = co_await to_thread(&find_below, root_, path + "/index.html");
    if (index.code != status::ok && options_.list_directories) {
      std::string page = co_await to_thread(&list_directory, directory);
      current.respond(status::ok, page, "text/html; charset=utf-8");
      co_return;
    }
    found = std::move(index);
  }
  if (found.code != status::ok) {
    refuse(current, found.code);
    co_return;
  }
  bool vanished = false;
  try {
    co_await answer_with(current, found.path);
  } catch (const std::system_error& error) {
    if (current.has_started() || error.code() != std::errc::permission_denied) throw;
    vanished = true;
  }
  if (vanished) refuse(current, status::forbidden);
}

}  // namespace pirn::http
