#include "blocking_file.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "pirn/base/scope_guard.hpp"
#include "pirn/platform/kernel_files.hpp"

namespace pirn::apps {

namespace {

// A request that is carried out where it stands: nobody waits for its completion.
template <class Request>
class immediate final : public Request {
 public:
  /// Returns: a count, or -errno.
  int perform() noexcept {
    kernel_files().perform(static_cast<Request&>(*this));
    return this->result;
  }
  /// Throws: std::system_error when it fails.
  int perform_or_throw(std::string_view operation, const std::string& path) {
    const int result = perform();
    if (result >= 0) return result;
    throw std::system_error(-result, std::generic_category(), std::string(operation) + " " + path);
  }

 private:
  void completed() noexcept override {}
};

file_id open_file(const std::string& path, open_mode mode) {
  immediate<open_operation> opening;
  opening.path = path;
  opening.mode = mode;
  opening.perform_or_throw("open", path);
  return opening.opened;
}

void write_all(file_id file, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    immediate<write_operation> writing;
    writing.file = file;
    writing.from = bytes;
    const int count = writing.perform_or_throw("write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

// Reads on until the end, be the file as long as its status says or not.
std::vector<std::byte> read_all(file_id file, const std::string& path) {
  immediate<stat_operation> asking;
  asking.file = file;
  asking.perform_or_throw("read", path);
  const std::size_t room = std::max<std::size_t>(asking.status.size_bytes + 1, 64 * 1024);
  std::vector<std::byte> bytes;
  std::size_t size = 0;
  for (;;) {
    if (size == bytes.size()) bytes.resize(std::max(2 * size, room));
    immediate<read_operation> reading;
    reading.file = file;
    reading.into = std::span(bytes).subspan(size);
    const int count = reading.perform_or_throw("read", path);
    size += static_cast<std::size_t>(count);
    if (count == 0) break;
  }
  bytes.resize(size);
  return bytes;
}

void close_file(file_id file, const std::string& path) {
  immediate<close_operation> closing;
  closing.file = file;
  closing.perform_or_throw("close", path);
}

void fill_and_rename(const std::string& partial, const std::string& path,
                     std::span<const std::byte> bytes) {
  file_id file = open_file(partial, {.write = true, .create = true, .truncate = true});
  try {
    write_all(file, bytes, path);
    close_file(std::exchange(file, file_id::none), path);
    immediate<rename_operation> renaming;
    renaming.from = partial;
    renaming.to = path;
    renaming.perform_or_throw("rename to", path);
  } catch (...) {
    immediate<close_operation> closing;
    closing.file = file;
    if (file != file_id::none) closing.perform();
    immediate<unlink_operation> removing;
    removing.path = partial;
    removing.perform();
    throw;
  }
}

}  // namespace

std::string partial_path(const std::string& path) {
  return path + ".part";
}

std::vector<std::byte> read_whole_blocking(const std::string& path) {
  const file_id file = open_file(path, {.read = true});
  const scope_exit close([&] {
    immediate<close_operation> closing;
    closing.file = file;
    closing.perform();
  });
  return read_all(file, path);
}

file_status status_blocking(const std::string& path) {
  immediate<stat_operation> asking;
  asking.path = path;
  asking.perform_or_throw("open", path);
  return asking.status;
}

void write_whole_blocking(const std::string& path, std::span<const std::byte> bytes) {
  fill_and_rename(partial_path(path), path, bytes);
}

}  // namespace pirn::apps
