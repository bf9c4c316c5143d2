// command: words, environment, and how it is written down.
#include "pirn/process/command.hpp"

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>

namespace {

using pirn::command;

bool has(const std::vector<std::string>& variables, const std::string& one) {
  return std::ranges::find(variables, one) != variables.end();
}

TEST(command, words_are_given_one_by_one_or_as_a_list) {
  std::vector<std::string> words{"sort", "-r"};
  EXPECT_EQ(command("sort", std::string("-r")).words(), words);
  EXPECT_EQ(command(words).words(), words);
  EXPECT_EQ(command("sort").with_argument("-r").words(), words);
  command copied = command(words);
  EXPECT_EQ(command(copied).words(), words);
}

TEST(command, an_empty_list_is_refused) {
  EXPECT_THROW(command(std::vector<std::string>()), std::invalid_argument);
}

TEST(command, it_is_written_as_for_a_shell) {
  EXPECT_EQ(command("sh", "-c", "exit 3").to_string(), "sh -c 'exit 3'");
  EXPECT_EQ(command("echo", "", "it's", "a/b").to_string(), R"(echo '' 'it'"'"'s' a/b)");
}

TEST(command, the_environment_is_this_ones_with_changes) {
  ::setenv("PIRN_TEST_KEPT", "1", 1);
  ::setenv("PIRN_TEST_CHANGED", "1", 1);
  ::setenv("PIRN_TEST_REMOVED", "1", 1);
  auto variables = command("true")
                       .with_environment("PIRN_TEST_CHANGED", "2")
                       .with_environment("PIRN_TEST_NEW", "3")
                       .without_environment("PIRN_TEST_REMOVED")
                       .environment();
  EXPECT_TRUE(has(variables, "PIRN_TEST_KEPT=1"));
  EXPECT_TRUE(has(variables, "PIRN_TEST_CHANGED=2"));
  EXPECT_FALSE(has(variables, "PIRN_TEST_CHANGED=1"));
  EXPECT_TRUE(has(variables, "PIRN_TEST_NEW=3"));
  EXPECT_FALSE(has(variables, "PIRN_TEST_REMOVED=1"));
}

TEST(command, an_empty_environment_holds_what_is_set) {
  auto variables =
      command("true").with_empty_environment().with_environment("A", "b").environment();
  EXPECT_EQ(variables, std::vector<std::string>{"A=b"});
}

}  // namespace
