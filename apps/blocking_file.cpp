#include "blocking_file.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "pirn/base/scope_guard.hpp"
#include "pirn/platform/blocking_files.hpp"

namespace pirn::apps {

namespace {

// Returns: a count.
template <class Request>
int perform(blocking_request<Request>& request, std::string_view operation,
            const std::string& path) {
  const int result = request.perform();
  if (result >= 0) return result;
  throw std::system_error(-result, std::generic_category(), std::string(operation) + " " + path);
}

file_id open_file(const std::string& path, open_mode mode) {
  blocking_request<open_operation> opening;
  opening.path = path;
  opening.mode = mode;
  perform(opening, "open", path);
  return opening.opened;
}

void write_all(file_id file, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    blocking_request<write_operation> writing;
    writing.file = file;
    writing.from = bytes;
    const int count = perform(writing, "write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

// Reads on until the end, be the file as long as its status says or not.
std::vector<std::byte> read_all(file_id file, const std::string& path) {
  blocking_request<stat_operation> asking;
  asking.file = file;
  perform(asking, "read", path);
  const std::size_t room = std::max<std::size_t>(asking.status.size_bytes + 1, 64 * 1024);
  std::vector<std::byte> bytes;
  std::size_t size = 0;
  for (;;) {
    if (size == bytes.size()) bytes.resize(std::max(2 * size, room));
    blocking_request<read_operation> reading;
    reading.file = file;
    reading.into = std::span(bytes).subspan(size);
    const int count = perform(reading, "read", path);
    size += static_cast<std::size_t>(count);
    if (count == 0) break;
  }
  bytes.resize(size);
  return bytes;
}

void close_file(file_id file, const std::string& path) {
  blocking_request<close_operation> closing;
  closing.file = file;
  perform(closing, "close", path);
}

void sync_file(file_id file, const std::string& path) {
  blocking_request<fsync_operation> syncing;
  syncing.file = file;
  perform(syncing, "sync", path);
}

void fill_and_rename(const std::string& partial, const std::string& path,
                     std::span<const std::byte> bytes, write_whole_options options) {
  file_id file = open_file(partial, {.write = true, .create = true, .truncate = true});
  try {
    write_all(file, bytes, path);
    if (options.sync) sync_file(file, path);
    close_file(std::exchange(file, file_id::none), path);
    blocking_request<rename_operation> renaming;
    renaming.from = partial;
    renaming.to = path;
    perform(renaming, "rename to", path);
  } catch (...) {
    blocking_request<close_operation> closing;
    closing.file = file;
    if (file != file_id::none) closing.perform();
    blocking_request<unlink_operation> removing;
    removing.path = partial;
    removing.perform();
    throw;
  }
}

}  // namespace

std::string directory_of(const std::string& path) {
  const std::size_t end = path.rfind('/');
  if (end == std::string::npos) return ".";
  return end == 0 ? "/" : path.substr(0, end);
}

std::string partial_path(const std::string& path) {
  return path + ".part";
}

std::vector<std::byte> read_whole_blocking(const std::string& path) {
  const file_id file = open_file(path, {.read = true});
  const scope_exit close([&] {
    blocking_request<close_operation> closing;
    closing.file = file;
    closing.perform();
  });
  return read_all(file, path);
}

file_status status_blocking(const std::string& path) {
  blocking_request<stat_operation> asking;
  asking.path = path;
  perform(asking, "open", path);
  return asking.status;
}

void write_whole_blocking(const std::string& path, std::span<const std::byte> bytes,
                          write_whole_options options) {
  fill_and_rename(partial_path(path), path, bytes, options);
}

void write_output_blocking(const std::string& path, std::string_view text) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
  std::error_code none;
  const std::filesystem::file_status there = std::filesystem::status(path, none);
  if (!std::filesystem::exists(there)) return write_whole_blocking(path, bytes);
  if (std::filesystem::is_regular_file(there)) {
    return write_whole_blocking(std::filesystem::canonical(path), bytes);
  }
  const file_id file = open_file(path, {.write = true});
  const scope_exit close([&] {
    blocking_request<close_operation> closing;
    closing.file = file;
    closing.perform();
  });
  write_all(file, bytes, path);
}

void sync_directory_blocking(const std::string& path) {
  const file_id directory = open_file(path, {.read = true, .directory = true});
  const scope_exit close([&] {
    blocking_request<close_operation> closing;
    closing.file = directory;
    closing.perform();
  });
  sync_file(directory, path);
}

}  // namespace pirn::apps
