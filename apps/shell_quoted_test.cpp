#include "shell_quoted.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

TEST(shell_quoted, leaves_what_is_clear) {
  for (const char* name : {"a", "a/b-c_d.e,f+g%h@i]", "\xc3\xa9", "a#b~", "{}", "-v"}) {
    EXPECT_EQ(shell_quoted(name), name);
  }
}

TEST(shell_quoted, puts_what_a_shell_would_take_amiss_in_quotes) {
  EXPECT_EQ(shell_quoted(""), "''");
  for (const std::string name : {"a b", "a:b", "a=b", "a\\b", "#a", "~a", "{", "*", "$a", "a!"}) {
    EXPECT_EQ(shell_quoted(name), "'" + name + "'");
  }
}

TEST(shell_quoted, chooses_the_quotes_by_those_inside) {
  EXPECT_EQ(shell_quoted("it's"), "\"it's\"");
  EXPECT_EQ(shell_quoted("it's a:b"), "\"it's a:b\"");
  EXPECT_EQ(shell_quoted("it's\\"), "'it'\\''s\\'");
  EXPECT_EQ(shell_quoted("it's a~"), "'it'\\''s a~'");
}

TEST(shell_quoted, spells_out_control_characters) {
  EXPECT_EQ(shell_quoted("\nx"), "''$'\\n''x'");
  EXPECT_EQ(shell_quoted("x\n\t"), "'x'$'\\n\\t'");
  EXPECT_EQ(shell_quoted("x\x01y"), "'x'$'\\001''y'");
  EXPECT_EQ(shell_quoted("it's\nb"), "'it'\\''s'$'\\n''b'");
  EXPECT_EQ(shell_quoted("\xc3\xa9\xff"), "'\xc3\xa9'$'\\377'");
}

}  // namespace
}  // namespace pirn::apps
