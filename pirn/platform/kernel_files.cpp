#include "pirn/platform/kernel_files.hpp"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pirn {

namespace detail {

bool has_nul(const std::string& path) noexcept {
  return path.find('\0') != std::string::npos;
}

int open_flags(const open_mode& mode) noexcept {
  int access = mode.read ? (mode.write ? O_RDWR : O_RDONLY) : (mode.write ? O_WRONLY : O_RDONLY);
  int flags = access | O_CLOEXEC | O_NOCTTY;
  if (mode.create) flags |= O_CREAT;
  if (mode.exclusive) flags |= O_EXCL;
  if (mode.truncate) flags |= O_TRUNC;
  if (mode.append) flags |= O_APPEND;
  if (mode.directory) flags |= O_DIRECTORY;
  if (mode.no_follow) flags |= O_NOFOLLOW;
  return flags;
}

file_status::kind kind_of(unsigned mode) noexcept {
  if (S_ISREG(mode)) return file_status::kind::regular;
  if (S_ISDIR(mode)) return file_status::kind::directory;
  if (S_ISLNK(mode)) return file_status::kind::symbolic_link;
  return file_status::kind::other;
}

}  // namespace detail

namespace {

using detail::has_nul;
using detail::kind_of;
using detail::open_flags;

int descriptor_of(file_id file) noexcept {
  return static_cast<int>(file);
}

/// `call()`'s result, or -errno; a call that a signal interrupted is made again.
template <class Call>
int result_of(Call call) noexcept {
  for (;;) {
    auto returned = call();
    if (returned >= 0) return static_cast<int>(returned);
    if (errno != EINTR) return -errno;
  }
}

file_status status_of(const struct stat& found) noexcept {
  return {
      .type = kind_of(found.st_mode),
      .permissions = found.st_mode & 07777U,
      .size_bytes = static_cast<std::uint64_t>(found.st_size),
      .modified_ns =
          std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + std::int64_t{found.st_mtim.tv_nsec},
      .inode = found.st_ino,
      .device = found.st_dev,
  };
}

class kernel_file_tree final : public file_tree {
 public:
  void perform(open_operation& request) noexcept override {
    if (has_nul(request.path)) {
      request.result = -EINVAL;
      return;
    }
    int opened = result_of([&] {
      return ::open(request.path.c_str(), open_flags(request.mode), request.mode.permissions);
    });
    request.result = opened < 0 ? opened : 0;
    request.opened = opened < 0 ? file_id::none : file_id{opened};
  }

  void perform(read_operation& request) noexcept override {
    int file = descriptor_of(request.file);
    void* into = request.into.data();
    std::size_t size_bytes = request.into.size();
    request.result = result_of([&] {
      return request.offset < 0 ? ::read(file, into, size_bytes)
                                : ::pread(file, into, size_bytes, request.offset);
    });
  }

  void perform(write_operation& request) noexcept override {
    int file = descriptor_of(request.file);
    const void* from = request.from.data();
    std::size_t size_bytes = request.from.size();
    request.result = result_of([&] {
      return request.offset < 0 ? ::write(file, from, size_bytes)
                                : ::pwrite(file, from, size_bytes, request.offset);
    });
  }

  void perform(fsync_operation& request) noexcept override {
    int file = descriptor_of(request.file);
    request.result =
        result_of([&] { return request.data_only ? ::fdatasync(file) : ::fsync(file); });
  }

  void perform(close_operation& request) noexcept override {
    // Once only: after EINTR Linux has freed the number, and someone else may have it.
    int closed = ::close(descriptor_of(request.file));
    request.result = closed == 0 || errno == EINTR ? 0 : -errno;
  }

  void perform(rename_operation& request) noexcept override {
    if (has_nul(request.from) || has_nul(request.to)) {
      request.result = -EINVAL;
      return;
    }
    request.result = result_of([&] { return ::rename(request.from.c_str(), request.to.c_str()); });
  }

  void perform(unlink_operation& request) noexcept override {
    const char* path = request.path.c_str();
    request.result = has_nul(request.path) ? -EINVAL : result_of([&] {
      return request.directory ? ::rmdir(path) : ::unlink(path);
    });
  }

  void perform(make_directory_operation& request) noexcept override {
    request.result = has_nul(request.path) ? -EINVAL : result_of([&] {
      return ::mkdir(request.path.c_str(), request.permissions);
    });
  }

  void perform(stat_operation& request) noexcept override {
    struct stat found{};
    const char* path = request.path.c_str();
    int file = descriptor_of(request.file);
    bool by_path = request.file == file_id::none;
    if (by_path && has_nul(request.path)) {
      request.result = -EINVAL;
      return;
    }
    request.result = result_of([&] {
      if (!by_path) return ::fstat(file, &found);
      return request.follow ? ::stat(path, &found) : ::lstat(path, &found);
    });
    if (request.result == 0) request.status = status_of(found);
  }

  std::expected<std::string, std::error_code> canonical(const std::string& path) override {
    std::error_code error = nul_error(path);
    std::filesystem::path real;
    if (!error) real = std::filesystem::canonical(path, error);
    if (error) return std::unexpected(error);
    return std::move(real).string();
  }

  std::expected<std::vector<directory_entry>, std::error_code> entries(
      const std::string& path) override {
    std::error_code error = nul_error(path);
    std::filesystem::directory_iterator next;
    if (!error) next = std::filesystem::directory_iterator(path, error);
    std::vector<directory_entry> all;
    while (!error && next != std::filesystem::directory_iterator()) {
      std::error_code leads_nowhere;
      all.push_back({next->path().filename().string(), kind_of(next->status(leads_nowhere))});
      next.increment(error);
    }
    if (error) return std::unexpected(error);
    return all;
  }

 private:
  static std::error_code nul_error(const std::string& path) {
    return has_nul(path) ? std::make_error_code(std::errc::invalid_argument) : std::error_code();
  }
  static file_status::kind kind_of(const std::filesystem::file_status& found) noexcept {
    if (std::filesystem::is_regular_file(found)) return file_status::kind::regular;
    if (std::filesystem::is_directory(found)) return file_status::kind::directory;
    return file_status::kind::other;
  }
};

}  // namespace

file_tree& kernel_files() noexcept {
  static constinit kernel_file_tree files;
  return files;
}

}  // namespace pirn
