#include "pirn/run/driver_request.hpp"

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace pirn {

namespace {

using speaker = driver_request::speaker;

/// PIRN_DRIVER, set back at the end.
class driver_request_test : public ::testing::Test {
 protected:
  driver_request_test() {
    const char* present = std::getenv("PIRN_DRIVER");
    if (present != nullptr) before_ = present;
    ::unsetenv("PIRN_DRIVER");
  }
  ~driver_request_test() override {
    ::unsetenv("PIRN_DRIVER");
    if (before_) say(before_->c_str());
  }

  static void say(const char* name) { ::setenv("PIRN_DRIVER", name, 1); }

 private:
  std::optional<std::string> before_;
};

}  // namespace

TEST_F(driver_request_test, leaves_the_choice_open_when_nobody_speaks) {
  for (const bool set_to_nothing : {false, true}) {
    if (set_to_nothing) say("");
    const driver_request asked = requested_driver(driver_choice::automatic);
    EXPECT_EQ(asked.wanted, driver_choice::automatic);
    EXPECT_EQ(asked.said_by, speaker::nobody);
  }
}

TEST_F(driver_request_test, hears_the_environment) {
  say("epoll");
  EXPECT_EQ(requested_driver(driver_choice::automatic).wanted, driver_choice::epoll);
  EXPECT_EQ(requested_driver(driver_choice::automatic).said_by, speaker::environment);
  say("io_uring");
  EXPECT_EQ(requested_driver(driver_choice::automatic).wanted, driver_choice::io_uring);
  say("virtual");
  EXPECT_EQ(requested_driver(driver_choice::automatic).wanted, driver_choice::virtual_time);
}

TEST_F(driver_request_test, believes_the_program_before_the_environment) {
  say("epoll");
  const driver_request asked = requested_driver(driver_choice::io_uring);
  EXPECT_EQ(asked.wanted, driver_choice::io_uring);
  EXPECT_EQ(asked.said_by, speaker::program);
}

TEST_F(driver_request_test, refuses_a_name_that_is_none) {
  say("kqueue");
  EXPECT_THROW(requested_driver(driver_choice::automatic), std::invalid_argument);
  EXPECT_NO_THROW(requested_driver(driver_choice::epoll));
}

}  // namespace pirn
