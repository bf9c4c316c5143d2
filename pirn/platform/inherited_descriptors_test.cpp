// take_inherited_descriptors: what the variables say, once, and only to whom they are addressed.
#include "pirn/platform/inherited_descriptors.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace pirn;

void say(const std::string& process, const char* count, const char* names) {
  ::setenv("LISTEN_PID", process.c_str(), 1);
  ::setenv("LISTEN_FDS", count, 1);
  if (names != nullptr) {
    ::setenv("LISTEN_FDNAMES", names, 1);
  } else {
    ::unsetenv("LISTEN_FDNAMES");
  }
}

/// Runs `body` in a process of its own, whose numbers from 3 on are free, and gives what it says.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::closefrom(3);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int open_null() {
  return ::open("/dev/null", O_RDWR);
}

TEST(inherited_descriptors, are_taken_with_their_names_and_closed_in_programs) {
  const int failed = in_child([] {
    open_null();
    open_null();
    say(std::to_string(::getpid()), "2", "http:");
    auto taken = take_inherited_descriptors();
    if (taken.size() != 2 || taken[0].name != "http" || taken[1].name != "unknown") return 1;
    if (taken[0].descriptor.get() != 3 || taken[1].descriptor.get() != 4) return 2;
    if ((::fcntl(3, F_GETFD) & FD_CLOEXEC) == 0 || (::fcntl(4, F_GETFD) & FD_CLOEXEC) == 0)
      return 3;
    if (::getenv("LISTEN_PID") != nullptr || ::getenv("LISTEN_FDS") != nullptr) return 4;
    return take_inherited_descriptors().empty() ? 0 : 5;
  });
  EXPECT_EQ(failed, 0);
}

TEST(inherited_descriptors, of_another_process_are_left_alone_but_not_passed_on) {
  const int failed = in_child([] {
    open_null();
    say(std::to_string(::getppid()), "1", nullptr);
    if (!take_inherited_descriptors().empty()) return 1;
    if (::getenv("LISTEN_FDS") != nullptr) return 2;
    return ::fcntl(3, F_GETFD) == 0 ? 0 : 3;
  });
  EXPECT_EQ(failed, 0);
}

TEST(inherited_descriptors, a_count_that_is_none_is_refused) {
  for (const char* count : {"two", "-1", "1x", "", "2147483647"}) {
    say(std::to_string(::getpid()), count, nullptr);
    EXPECT_THROW(take_inherited_descriptors(), std::invalid_argument) << count;
  }
}

TEST(inherited_descriptors, one_that_is_not_open_is_an_error) {
  const int failed = in_child([] {
    say(std::to_string(::getpid()), "1", nullptr);
    try {
      take_inherited_descriptors();
    } catch (const std::system_error& error) {
      return std::string(error.what()) == "inherited descriptor 3: Bad file descriptor" ? 0 : 1;
    }
    return 2;
  });
  EXPECT_EQ(failed, 0);
}

TEST(inherited_descriptors, names_stand_between_colons) {
  EXPECT_EQ(split_descriptor_names("one:two"), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(split_descriptor_names(":x:"), (std::vector<std::string>{"", "x", ""}));
  EXPECT_EQ(split_descriptor_names(""), std::vector<std::string>{""});
}

TEST(inherited_descriptors, without_the_variables_there_are_none) {
  ::unsetenv("LISTEN_PID");
  EXPECT_TRUE(take_inherited_descriptors().empty());
}

}  // namespace
