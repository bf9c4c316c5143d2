// process_entry: who returns from process_main(), and who does not.
#include "pirn/exec/process_entry.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace {

using pirn::process_main;

const pirn::detail::process_role exits_with("exit", [](int argc, char** argv) {
  std::_Exit(argc == 1 ? std::atoi(argv[0]) : 100);
});

void enter(std::array<std::string, 4> words, int argc) {
  std::array<char*, 5> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  process_main(argc, arguments.data());
}

TEST(process_entry, an_ordinary_process_returns) {
  enter({"program", "", "", ""}, 1);
  EXPECT_TRUE(pirn::detail::process_main_was_called());
  enter({"program", "--other", "exit", ""}, 3);
}

TEST(process_entry_death, a_process_with_a_role_plays_it_and_ends) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(enter({"program", "--pirn-process", "exit", "7"}, 4), ::testing::ExitedWithCode(7),
              "");
}

TEST(process_entry_death, a_role_that_is_not_there_is_an_error_that_says_so) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(enter({"program", "--pirn-process", "none", ""}, 3), ::testing::ExitedWithCode(1),
              "this program has no role 'none'");
}

}  // namespace
