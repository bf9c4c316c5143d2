#include "json_text.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

TEST(json_text, strings_are_quoted_and_escaped) {
  EXPECT_EQ(json_string("plain"), "\"plain\"");
  EXPECT_EQ(json_string("a\"b\\c\nd\x01"), R"("a\"b\\c\nd\u0001")");
  EXPECT_EQ(json_string("C\u00f4te \U0001f1e7"), "\"C\u00f4te \U0001f1e7\"");
}

TEST(json_text, bytes_that_are_no_text_are_replaced) {
  constexpr std::string_view replaced = "\"\xEF\xBF\xBD\"";
  for (const char* each : {"\xFF", "\x80", "\xC3", "\xC1"}) {
    EXPECT_EQ(json_string(each), replaced);
  }
  // A surrogate and an overlong form: each byte by itself.
  EXPECT_EQ(json_string("\xED\xA0\x80").size(), 2 + 9U);
  EXPECT_EQ(json_string("\xF0\x80\x80\x80").size(), 2 + 12U);
}

TEST(json_text, a_field_is_found) {
  EXPECT_EQ(find_json_string(R"({"iso_cc": "BR", "country": "Brazil"})", "country"), "Brazil");
  EXPECT_EQ(find_json_string(R"({"country" : "C\u00f4te d'Ivoire \ud83c\udde7"})", "country"),
            "C\u00f4te d'Ivoire \U0001f1e7");
  EXPECT_EQ(find_json_string(R"({"a": "country", "country": "x\"\\\/\n"})", "country"), "x\"\\/\n");
}

TEST(json_text, what_is_not_there_or_malformed_is_not_found) {
  for (const char* each :
       {"", "{}", R"({"other": "x"})", R"({"country": 1})", R"({"country": "open)",
        R"({"country": "\x"})", R"({"country": "\ud83c"})", R"({"country": "\u12"})"}) {
    EXPECT_EQ(find_json_string(each, "country"), std::nullopt) << each;
  }
}

}  // namespace
}  // namespace pirn::apps
