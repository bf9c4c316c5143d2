#include "pirn/platform/uring_refusal.hpp"

#include <cerrno>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pirn::detail {

namespace {

bool says(const uring_refusal& refusal, std::string_view what) {
  return refusal.in_words().find(what) != std::string::npos;
}

}  // namespace

TEST(uring_refusal, names_the_sysctl_that_forbids) {
  EXPECT_TRUE(says({.error = EPERM, .disabled_sysctl = 2}, "io_uring_disabled is 2"));
  EXPECT_TRUE(says({.error = EPERM, .disabled_sysctl = 1}, "io_uring_group"));
  EXPECT_TRUE(says({.error = EPERM, .disabled_sysctl = 2, .is_filtered = true}, "sysctl"))
      << "what holds for all comes before what holds for one";
}

TEST(uring_refusal, names_a_seccomp_filter) {
  for (int error : {EPERM, EACCES, ENOSYS}) {
    EXPECT_TRUE(says({.error = error, .disabled_sysctl = 0, .is_filtered = true}, "seccomp"));
  }
}

TEST(uring_refusal, tells_an_old_kernel_from_a_short_of_memory_one) {
  EXPECT_TRUE(says({.error = ENOSYS}, "older than 5.1"));
  EXPECT_TRUE(says({.error = EINVAL}, "older than 6.1"));
  EXPECT_TRUE(says({.error = ENOMEM}, "RLIMIT_MEMLOCK"));
  EXPECT_TRUE(says({.error = EMFILE}, "descriptor"));
}

TEST(uring_refusal, says_of_others_what_the_system_says) {
  EXPECT_TRUE(says({.error = EPERM, .disabled_sysctl = 0}, "Operation not permitted"));
  EXPECT_TRUE(says({.error = EIO}, "Input/output error"));
}

TEST(uring_refusal, asks_the_system_about_this_process) {
  const uring_refusal found = explain_uring_refusal(EIO);
  EXPECT_EQ(found.error, EIO);
  EXPECT_GE(found.disabled_sysctl, -1);
  EXPECT_LE(found.disabled_sysctl, 2);
}

}  // namespace pirn::detail
