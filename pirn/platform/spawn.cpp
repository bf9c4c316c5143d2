#include "pirn/platform/spawn.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <vector>

#include <fcntl.h>
#include <spawn.h>

#include "pirn/platform/pidfd.hpp"

namespace pirn {

namespace {

constexpr int first_free = 3;  // after the three standard ones

class file_actions {
 public:
  file_actions() { ::posix_spawn_file_actions_init(&actions_); }
  file_actions(file_actions&&) = delete;
  ~file_actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() noexcept { return &actions_; }

  // Each keeps the first error for failed().
  void enter(const char* directory) {
    keep(::posix_spawn_file_actions_addchdir_np(&actions_, directory));
  }
  void place(int from, int to) { keep(::posix_spawn_file_actions_adddup2(&actions_, from, to)); }
  void close(int number) { keep(::posix_spawn_file_actions_addclose(&actions_, number)); }
  void close_from(int number) {
    keep(::posix_spawn_file_actions_addclosefrom_np(&actions_, number));
  }
  int failed() const noexcept { return failed_; }

 private:
  void keep(int error) noexcept {
    if (failed_ == 0) failed_ = error;
  }
  posix_spawn_file_actions_t actions_;
  int failed_ = 0;
};

class attributes {
 public:
  explicit attributes(bool own_group) {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (own_group) flags |= POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }
  attributes(attributes&&) = delete;
  ~attributes() { ::posix_spawnattr_destroy(&attributes_); }
  posix_spawnattr_t* get() noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

// Placing 5 at 1 and then 1 at 2 would give 5 at both. So what an earlier placement overwrites is
// copied first, to numbers that nothing is placed at.
int save_overwritten(std::vector<spawn_request::placement>& placed, int above,
                     std::vector<unique_fd>& copies) {
  for (std::size_t i = 0; i < placed.size(); ++i) {
    auto before = std::span(placed).first(i);
    auto overwrites = [&](const auto& each) {
      return each.to == placed[i].from && each.from != each.to;
    };
    if (std::ranges::none_of(before, overwrites)) continue;
    copies.emplace_back(::fcntl(placed[i].from, F_DUPFD_CLOEXEC, above + 1));
    if (!copies.back()) return errno;
    placed[i].from = copies.back().get();
  }
  return 0;
}

// Not every library marks its descriptors close-on-exec, and one end of a pipe that leaks keeps the
// other waiting for ever: so all others are closed by number.
void close_others(file_actions& actions, std::span<const spawn_request::placement> placed,
                  int above) {
  for (int number = first_free; number <= above; ++number) {
    auto at_number = [number](const auto& each) { return each.to == number; };
    if (std::ranges::none_of(placed, at_number)) actions.close(number);
  }
  actions.close_from(above + 1);
}

}  // namespace

std::expected<spawned_process, std::error_code> spawn(const spawn_request& request) {
  std::vector<spawn_request::placement> placed(request.descriptors.begin(),
                                               request.descriptors.end());
  int above = first_free - 1;
  for (const auto& each : placed) above = std::max(above, each.to);
  std::vector<unique_fd> copies;
  if (int error = save_overwritten(placed, above, copies)) {
    return std::unexpected(errno_code(error));
  }

  file_actions actions;
  if (request.directory != nullptr) actions.enter(request.directory);
  for (const auto& each : placed) actions.place(each.from, each.to);
  if (request.errors_to_output) actions.place(1, 2);
  close_others(actions, placed, above);
  if (actions.failed() != 0) return std::unexpected(errno_code(actions.failed()));

  attributes how(request.own_group);
  spawned_process started;
  int error = ::posix_spawnp(&started.pid, request.program, actions.get(), how.get(),
                             request.arguments, request.environment);
  if (error != 0) return std::unexpected(errno_code(error));
  started.pidfd = open_pidfd(started.pid);
  if (!started.pidfd) {
    std::error_code why = last_error();
    kill_and_reap(started.pid);
    return std::unexpected(why);
  }
  return started;
}

}  // namespace pirn
