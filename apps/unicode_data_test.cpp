#include "unicode_data.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

constexpr std::string_view letter = "0041;LATIN CAPITAL LETTER A;Lu;0;L;;;;;N;;;;0061;\n";

std::string name_by_rule(naming rule, char32_t code) {
  std::string name;
  append_name_by_rule(name, rule, code);
  return name;
}

std::string complaint_about(std::string_view text) {
  try {
    parse_unicode_data(text, "data");
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(unicode_data, a_line_is_a_character) {
  const auto entries =
      parse_unicode_data("00BD;VULGAR FRACTION ONE HALF;No;0;ON;;;;1/2;N;;;;;", "");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].codes, (code_range{0xBD, 0xBD}));
  EXPECT_EQ(entries[0].rule, naming::listed);
  EXPECT_EQ(entries[0].name, "VULGAR FRACTION ONE HALF");
  EXPECT_EQ(entries[0].category, "No");
  EXPECT_TRUE(entries[0].is_numeric);
}

TEST(unicode_data, a_pair_of_lines_is_a_range_with_names_by_a_rule_or_none) {
  const auto entries = parse_unicode_data(
      "0000;<control>;Cc;0;BN;;;;;N;NULL;;;;\n"
      "3400;<CJK Ideograph Extension A, First>;Lo;0;L;;;;;N;;;;;\n"
      "4DBF;<CJK Ideograph Extension A, Last>;Lo;0;L;;;;;N;;;;;\n"
      "AC00;<Hangul Syllable, First>;Lo;0;L;;;;;N;;;;;\n"
      "D7A3;<Hangul Syllable, Last>;Lo;0;L;;;;;N;;;;;\n"
      "17000;<Tangut Ideograph, First>;Lo;0;L;;;;;N;;;;;\n"
      "187F7;<Tangut Ideograph, Last>;Lo;0;L;;;;;N;;;;;\n",
      "");
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].rule, naming::none);
  EXPECT_EQ(entries[1].codes, (code_range{0x3400, 0x4DBF}));
  EXPECT_EQ(entries[1].rule, naming::unified_ideograph);
  EXPECT_EQ(entries[2].rule, naming::hangul_syllable);
  EXPECT_EQ(entries[3].rule, naming::none);
}

TEST(unicode_data, names_by_rule) {
  EXPECT_EQ(name_by_rule(naming::unified_ideograph, 0x4E00), "CJK UNIFIED IDEOGRAPH-4E00");
  EXPECT_EQ(name_by_rule(naming::unified_ideograph, 0x2A6DF), "CJK UNIFIED IDEOGRAPH-2A6DF");
  EXPECT_EQ(name_by_rule(naming::hangul_syllable, 0xAC00), "HANGUL SYLLABLE GA");
  EXPECT_EQ(name_by_rule(naming::hangul_syllable, 0xC544), "HANGUL SYLLABLE A");
  EXPECT_EQ(name_by_rule(naming::hangul_syllable, 0xD4DB), "HANGUL SYLLABLE PWILH");
  EXPECT_EQ(name_by_rule(naming::hangul_syllable, 0xD7A3), "HANGUL SYLLABLE HIH");
  EXPECT_EQ(name_by_rule(naming::none, 0x17000), "");
}

TEST(unicode_data, what_is_wrong_is_told_with_its_line) {
  EXPECT_EQ(complaint_about(letter), "");
  for (const char* line : {"", "A", "0041;A", "0041;A;L;;;;;;", ";A;Lu;;;;;;", "x;A;Lu;;;;;;",
                           "110000;A;Lu;;;;;;", "0042;Small;Lu;;;;;;", "0042;;Lu;;;;;;",
                           "0041;A;Lu;;;;;;", "0040;A;Lu;;;;;;", "0042;<x, Last>;Lo;;;;;;"}) {
    const std::string text = std::string(letter) + line + '\n';
    EXPECT_EQ(complaint_about(text), "read data: line 2 is malformed") << line;
  }
  const std::string first = "AC00;<Hangul Syllable, First>;Lo;;;;;;;;\n";
  EXPECT_EQ(complaint_about(first + "AC01;<Hangul Syllable, Last>;Lo;;;;;;;;\n"),
            "read data: line 2 is malformed");
  EXPECT_EQ(complaint_about(first + "AC01;HANGUL SYLLABLE GAG;Lo;;;;;;;;\n"),
            "read data: line 2 is malformed");
  EXPECT_EQ(complaint_about(first), "read data: it is not whole");
  EXPECT_EQ(complaint_about(""), "read data: it is not whole");
}

}  // namespace
}  // namespace pirn::apps
