#include "blocking_file.hpp"

#include <string_view>
#include <system_error>
#include <utility>

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

file_id open_new(const std::string& path) {
  immediate<open_operation> opening;
  opening.path = path;
  opening.mode = {.write = true, .create = true, .truncate = true};
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

void close_file(file_id file, const std::string& path) {
  immediate<close_operation> closing;
  closing.file = file;
  closing.perform_or_throw("close", path);
}

void fill_and_rename(const std::string& partial, const std::string& path,
                     std::span<const std::byte> bytes) {
  file_id file = open_new(partial);
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

void write_whole_blocking(const std::string& path, std::span<const std::byte> bytes) {
  fill_and_rename(partial_path(path), path, bytes);
}

}  // namespace pirn::apps
