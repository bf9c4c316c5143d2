#include "flag_codes.hpp"

#include <gtest/gtest.h>

#include "command.hpp"

namespace pirn::apps {
namespace {

using codes = std::vector<std::string>;

codes choose(codes arguments, code_choice choice = {}) {
  const codes available{"AD", "BR", "ZW"};
  return choose_codes(arguments, available, choice);
}

TEST(flag_codes, without_arguments_they_are_the_most_populous) {
  const codes chosen = choose({});
  EXPECT_EQ(chosen.size(), 20U);
  EXPECT_EQ(chosen.front(), "BD");
  EXPECT_EQ(chosen.back(), "VN");
}

TEST(flag_codes, they_are_sorted_and_each_is_there_once) {
  EXPECT_EQ(choose({"us", "BR", "Us"}), (codes{"BR", "US"}));
}

TEST(flag_codes, a_letter_stands_for_all_that_begin_with_it) {
  const codes chosen = choose({"b", "BR", "a"});
  EXPECT_EQ(chosen.size(), 52U);
  EXPECT_EQ(chosen.front(), "AA");
  EXPECT_EQ(chosen.back(), "BZ");
}

TEST(flag_codes, every_and_all) {
  EXPECT_EQ(choose({}, {.every = true}).size(), 676U);
  EXPECT_EQ(choose({}, {.all = true}), (codes{"AD", "BR", "ZW"}));
}

TEST(flag_codes, the_limit_takes_the_first) {
  EXPECT_EQ(choose({"B"}, {.limit = 2}), (codes{"BA", "BB"}));
  EXPECT_EQ(choose({}, {.every = true, .limit = 1}), (codes{"AA"}));
}

TEST(flag_codes, what_is_no_code_is_refused) {
  for (const char* each : {"", "B1", "BRA", "-", "\xC3\x84"}) {
    EXPECT_THROW(choose({each}), usage_error) << each;
  }
}

}  // namespace
}  // namespace pirn::apps
