// exit_status: what it says of how a process ended.
#include "pirn/process/exit_status.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace {

using pirn::exit_status;

TEST(exit_status, only_code_zero_is_success) {
  EXPECT_TRUE(exit_status().success());
  EXPECT_FALSE(exit_status::exited(1).success());
  EXPECT_FALSE(exit_status::signalled(SIGTERM).success());
}

TEST(exit_status, a_signal_is_a_negative_code_as_in_python) {
  EXPECT_EQ(exit_status::signalled(SIGKILL).code(), -9);
  EXPECT_EQ(exit_status::signalled(SIGKILL).signal(), SIGKILL);
  EXPECT_EQ(exit_status::exited(3).code(), 3);
  EXPECT_EQ(exit_status::exited(3).signal(), 0);
}

TEST(exit_status, it_is_said_in_words) {
  EXPECT_EQ(exit_status::exited(3).to_string(), "exit status 3");
  EXPECT_EQ(exit_status::signalled(SIGKILL).to_string(), "died with SIGKILL");
  EXPECT_EQ(exit_status::signalled(SIGSEGV, true).to_string(), "died with SIGSEGV (core dumped)");
  EXPECT_EQ(exit_status::signalled(SIGRTMIN + 3).to_string(),
            "died with signal " + std::to_string(SIGRTMIN + 3));
}

}  // namespace
