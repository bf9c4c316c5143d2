#include "found_text.hpp"

#include <gtest/gtest.h>

#include "name_index_test.hpp"

namespace pirn::apps {
namespace {

template <class... Args>
std::string text_of(void (*append)(std::string&, Args...), std::type_identity_t<Args>... args) {
  std::string text;
  append(text, args...);
  return text;
}

TEST(found_text, a_line_has_the_code_point_the_character_and_its_name) {
  const name_index index = some_index();
  EXPECT_EQ(text_of(append_found, U'A', index), "U+0041 \tA\tLATIN CAPITAL LETTER A");
  EXPECT_EQ(text_of(append_found, 0x265C, index), "U+265C \t♜\tBLACK CHESS ROOK");
  EXPECT_EQ(text_of(append_found, 0x1F638, index),
            "U+1F638\t\U0001F638\tGRINNING CAT FACE WITH SMILING EYES");
  EXPECT_EQ(text_of(append_found, 0x10FFFD, index),
            "U+10FFFD\t\U0010FFFD\tA LAST ONE AND ONE MORE");
}

TEST(found_text, the_status_counts) {
  const name_index index = some_index();
  EXPECT_EQ(text_of(append_status, 0, "it's", index), "No match for \"it's\"");
  EXPECT_EQ(text_of(append_status, 1, "a\t", index), "1 match for 'a\\t'");
  EXPECT_EQ(text_of(append_status, 10859, "letter", index), "10859 matches for 'letter'");
}

TEST(found_text, json) {
  const name_index index = some_index();
  EXPECT_EQ(text_of(append_found_json, 0x265C, index),
            R"({"code": "U+265C", "character": "♜", "name": "BLACK CHESS ROOK"})");
}

}  // namespace
}  // namespace pirn::apps
