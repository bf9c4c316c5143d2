#include "name_search.hpp"

#include <gtest/gtest.h>

#include "name_index_test.hpp"

namespace pirn::apps {
namespace {

using codes = std::vector<char32_t>;
using words = std::vector<std::string>;

codes find(std::string_view query) {
  const name_index index = some_index();
  name_search search(index);
  codes all;
  for (const code_range& each : search.find(query)) {
    for (char32_t code = each.first; code <= each.last; ++code) all.push_back(code);
  }
  return all;
}

words words_of(std::string_view text) {
  const name_index index = some_index();
  words all;
  std::string word;
  while (take_word(text, word, index)) all.push_back(word);
  return all;
}

TEST(name_search, finds_names_that_have_all_words) {
  EXPECT_EQ(find("chess"), (codes{0x2654, 0x2656, 0x2657, 0x265A, 0x265C, 0x1FA52}));
  EXPECT_EQ(find("chess black"), (codes{0x265A, 0x265C, 0x1FA52}));
  EXPECT_EQ(find("Rook BLACK chess"), (codes{0x265C, 0x1FA52}));
  EXPECT_EQ(find("knight-rook"), codes{0x1FA52});
  EXPECT_EQ(find("rook rook rook"), (codes{0x2656, 0x265C, 0x1FA52}));
}

TEST(name_search, finds_nothing_where_a_word_is_missing) {
  for (const char* query : {"", " ?! ", "rook queen", "queen rook", "white black",
                            "rook king white", "grinning ideograph", "roo", "rook_"}) {
    EXPECT_EQ(find(query), codes{}) << query;
  }
}

TEST(name_search, ranges_meet) {
  const name_index index = some_index();
  name_search search(index);
  EXPECT_EQ(count_codes(search.find("unified cjk")), 0x9FFFU - 0x4E00 + 1 + 0x2A6DF - 0x20000 + 1);
  EXPECT_EQ(count_codes(search.find("ideograph compatibility")), 1U);
  EXPECT_EQ(count_codes(search.find("hangul gag")), 1U);
  EXPECT_EQ(count_codes(search.find("hangul cjk")), 0U);
}

TEST(name_search, a_search_serves_for_the_next_query) {
  const name_index index = some_index();
  name_search search(index);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(count_codes(search.find("black chess king")), 1U);
    EXPECT_EQ(count_codes(search.find("queen")), 0U);
    EXPECT_EQ(count_codes(search.find("chess")), 6U);
  }
}

TEST(name_search, words_are_runs_of_letters_digits_and_low_lines) {
  EXPECT_EQ(words_of("cat eyes"), (words{"CAT", "EYES"}));
  EXPECT_EQ(words_of("--a-b2,c_d--"), (words{"A", "B2", "C_D"}));
  EXPECT_EQ(words_of(" \t\x01"), words{});
  EXPECT_EQ(words_of("♗a♗"), words{"A"});  // a symbol separates words
  EXPECT_EQ(words_of("½a\xff"
                     "b"),
            (words{"½A", "B"}));  // what is no UTF-8, too
}

TEST(name_search, words_have_capital_letters) {
  EXPECT_EQ(words_of("ﬁre ſun aﬁ"), (words{"FIRE", "SUN", "AFI"}));
  EXPECT_EQ(words_of("é"), words{"é"});  // in no name, one way or the other
}

}  // namespace
}  // namespace pirn::apps
