// stopwatch: runs a command and prints what it took, as one line of JSON: wall and CPU seconds, and
// the most memory.
//
//   stopwatch COMMAND [ARGUMENTS]
//
// It exists because a child's peak of memory counts what its parent had when it forked, and this
// parent has little.
#include <cstdio>
#include <cstdlib>

#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace {

double now_s() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double seconds(const timeval& time) noexcept {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s COMMAND [ARGUMENTS]\n", argv[0]);
    return 2;
  }
  const double start_s = now_s();
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen("/dev/null", "w", stdout) != nullptr) execvp(argv[1], argv + 1);
    std::perror(argv[1]);
    _exit(127);
  }
  int status = 0;
  rusage spent{};
  if (child < 0 || wait4(child, &status, 0, &spent) != child) {
    std::perror("stopwatch");
    return 1;
  }
  const double wall_s = now_s() - start_s;
  std::printf("{\"wall_s\":%.4f,\"cpu_s\":%.4f,\"rss_mb\":%.2f}\n", wall_s,
              seconds(spent.ru_utime) + seconds(spent.ru_stime),
              static_cast<double>(spent.ru_maxrss) / 1024);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
