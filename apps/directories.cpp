#include "directories.hpp"

#include <filesystem>
#include <system_error>

namespace pirn::apps {

void make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw std::system_error(error, "make directory " + path);
}

}  // namespace pirn::apps
