#include "directories.hpp"

#include <cerrno>
#include <system_error>

#include "blocking_file.hpp"
#include "pirn/platform/blocking_files.hpp"

namespace pirn::apps {

namespace {

bool is_directory(const std::string& path) {
  blocking_request<stat_operation> asking;
  asking.path = path;
  return asking.perform() == 0 && asking.status.type == file_status::kind::directory;
}

// Returns: 0 or -errno.
int make(const std::string& path) {
  blocking_request<make_directory_operation> making;
  making.path = path;
  return making.perform();
}

}  // namespace

void make_directories(const std::string& path) {
  if (is_directory(path)) return;
  int result = make(path);
  const std::string above = directory_of(path);
  if (result == -ENOENT && above != path) {
    make_directories(above);
    result = make(path);
  }
  if (result == 0 || is_directory(path)) return;  // it may have come meanwhile
  throw std::system_error(-result, std::generic_category(), "make directory " + path);
}

}  // namespace pirn::apps
