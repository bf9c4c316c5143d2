// Text in a trace is JSON whatever it was.
#include "pirn/world/trace.hpp"

#include <gtest/gtest.h>

namespace pirn {

TEST(quoted_for_json, escapes_what_json_does_not_take) {
  using detail::quoted_for_json;
  EXPECT_EQ(quoted_for_json("a \"b\" \\ c\n\x7F"), R"("a \"b\" \\ c\u000a)"
                                                   "\x7F\"");
  EXPECT_EQ(quoted_for_json("\u00E9 \u20AC \U0001F638"), "\"\u00E9 \u20AC \U0001F638\"");
}

TEST(quoted_for_json, replaces_what_is_no_utf8_byte_by_byte) {
  using detail::quoted_for_json;
  const std::string lost = "\uFFFD";
  EXPECT_EQ(quoted_for_json("a\xFFz"), "\"a" + lost + "z\"");
  EXPECT_EQ(quoted_for_json("\xC3"), "\"" + lost + "\"") << "cut short";
  EXPECT_EQ(quoted_for_json("\xE2\x82"), "\"" + lost + lost + "\"");
  EXPECT_EQ(quoted_for_json("\xC0\xAF"), "\"" + lost + lost + "\"") << "overlong";
  EXPECT_EQ(quoted_for_json("\xED\xA0\x80"), "\"" + lost + lost + lost + "\"") << "a surrogate";
  EXPECT_EQ(quoted_for_json("\xF4\x90\x80\x80"), "\"" + lost + lost + lost + lost + "\"");
}

}  // namespace pirn
