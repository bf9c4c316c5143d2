// fd: a kernel descriptor with an owner, and errno as an error code.
#pragma once

#include <system_error>
#include <utility>

namespace pirn {

/// Owns a file descriptor and closes it; empty when default-made or moved from.
class unique_fd {
 public:
  unique_fd() = default;
  explicit unique_fd(int descriptor) noexcept : descriptor_(descriptor) {}
  unique_fd(unique_fd&& other) noexcept : descriptor_(other.release()) {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~unique_fd() { reset(); }

  explicit operator bool() const noexcept { return descriptor_ >= 0; }
  int get() const noexcept { return descriptor_; }

  /// Gives the descriptor up: the caller closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

  /// Closes what it has and owns `descriptor` from now on. Keeps errno.
  void reset(int descriptor = -1) noexcept;

 private:
  int descriptor_ = -1;
};

/// errno, or a request's `-result`, as an error code.
inline std::error_code errno_code(int number) noexcept {
  return {number, std::generic_category()};
}
std::error_code last_error() noexcept;

}  // namespace pirn
