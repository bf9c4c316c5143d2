#include "python_repr.hpp"

#include <gtest/gtest.h>

#include "name_index_test.hpp"

namespace pirn::apps {
namespace {

std::string repr(std::string_view text) {
  const name_index index = some_index();
  std::string shown;
  append_python_repr(shown, text, index);
  return shown;
}

TEST(python_repr, puts_quotes_around_that_are_not_inside) {
  EXPECT_EQ(repr(""), "''");
  EXPECT_EQ(repr("rook"), "'rook'");
  EXPECT_EQ(repr("it's"), "\"it's\"");
  EXPECT_EQ(repr("\"it\""), "'\"it\"'");
  EXPECT_EQ(repr("\"it's\""), "'\"it\\'s\"'");
}

TEST(python_repr, spells_out_what_is_not_printable) {
  EXPECT_EQ(repr("a\\b\t\n\r"), R"('a\\b\t\n\r')");
  EXPECT_EQ(repr({"\0\x1b\x7f", 3}), R"('\x00\x1b\x7f')");
  EXPECT_EQ(repr("\u00A0\u200B"), R"('\xa0\u200b')");
  EXPECT_EQ(repr("\U0010FFFF"), R"('\U0010ffff')");  // not assigned
}

TEST(python_repr, leaves_what_is_printable) {
  EXPECT_EQ(repr("é♗一\U0001F638"), "'é♗一\U0001F638'");
}

TEST(python_repr, bytes_that_are_no_utf8_are_lone_surrogates) {
  EXPECT_EQ(repr("a\xff\xc3"), R"('a\udcff\udcc3')");
}

TEST(python_stripped, takes_white_space_off_both_ends) {
  EXPECT_EQ(python_stripped("rook\r\n"), "rook");
  EXPECT_EQ(python_stripped("\t\x1c\u00A0\u3000 a b \u2028\u0085\v"), "a b");
  EXPECT_EQ(python_stripped(" \r\n"), "");
  EXPECT_EQ(python_stripped(""), "");
  EXPECT_EQ(python_stripped("\x01 é"), "\x01 é");
  EXPECT_EQ(python_stripped("\u200Ba"), "\u200Ba");
}

}  // namespace
}  // namespace pirn::apps
