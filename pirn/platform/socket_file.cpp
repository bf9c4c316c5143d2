#include "pirn/platform/socket_file.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pirn/platform/fd.hpp"
#include "pirn/platform/sockaddr.hpp"

namespace pirn {

namespace {

/// The lock on a socket's file: flock(2) on one beside it, which is there as long as somebody holds
/// it and which the end of a process gives back.
class socket_file_lock {
 public:
  explicit socket_file_lock(const std::string& socket_path) : path_(socket_path + ".pirn-lock") {
    error_ = take();
  }
  socket_file_lock(socket_file_lock&&) = delete;  // it removes its file
  ~socket_file_lock() {
    if (is_held()) ::unlink(path_.c_str());
  }

  bool is_held() const noexcept { return error_ == 0; }
  bool is_held_by_another() const noexcept { return error_ == EWOULDBLOCK; }

 private:
  /// Returns: 0 or an errno.
  int take() {
    for (;;) {
      file_.reset(::open(path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600));
      if (!file_ || ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) return errno;
      // Who held it may have removed it between the two calls: then others lock another file.
      struct ::stat status{};
      if (::fstat(file_.get(), &status) != 0) return errno;
      if (status.st_nlink != 0) return 0;
    }
  }

  std::string path_;
  unique_fd file_;
  int error_ = 0;
};

bool is_socket(const std::string& path) noexcept {
  struct ::stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

/// Whether nobody listens there any more.
bool is_stale(const socket_address& at) noexcept {
  const unique_fd asking(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!asking || ::connect(asking.get(), at.data(), at.size()) == 0) return false;
  // Not EAGAIN, which is a full queue, nor EPROTOTYPE, which is a socket of another kind.
  return errno == ECONNREFUSED;
}

int bind_to(int descriptor, const socket_address& at) noexcept {
  return ::bind(descriptor, at.data(), at.size()) == 0 ? 0 : errno;
}

}  // namespace

bool has_socket_file(const endpoint& local) noexcept {
  return local.kind() == endpoint::family::unix_path && local.path().front() != '\0';
}

// A socket that is bound and does not listen yet looks like a dead one's, so the lock is held until
// it listens. Where there can be no lock, as in a directory in which one may not write, nothing is
// removed, and bind(2) says what is wrong.
int listen_at_file(int descriptor, const endpoint& local, int backlog) {
  const socket_address at(local);
  const std::string path(std::string(local.path()).c_str());  // as the kernel reads it: to a NUL
  const socket_file_lock lock(path);
  if (lock.is_held_by_another()) return EADDRINUSE;
  int error = bind_to(descriptor, at);
  if (error == EADDRINUSE && lock.is_held() && is_socket(path) && is_stale(at)) {
    error = ::unlink(path.c_str()) == 0 ? bind_to(descriptor, at) : EADDRINUSE;
  }
  if (error == 0 && ::listen(descriptor, backlog) != 0) error = errno;
  return error;
}

}  // namespace pirn
