#include "pirn/http/fields.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pirn::http {
namespace {

using namespace std::string_literals;

std::vector<std::string> names(const fields& all) {
  std::vector<std::string> found;
  for (const field each : all) found.emplace_back(each.name);
  return found;
}

TEST(field_id, every_name_is_identified_in_whatever_case) {
  for (int i = 1; i < field_id_count; ++i) {
    const auto id = static_cast<field_id>(i);
    std::string name(to_string(id));
    EXPECT_EQ(identify(name), id) << name;
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(identify(name), id) << name;
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(identify(name), id) << name;
  }
}

TEST(field_id, other_names_are_other) {
  for (const char* const name :
       {"", "X", "Hos", "Hosts", "Content-Lengt", "Content_Length", "X-Host", "\xc8ost"}) {
    EXPECT_EQ(identify(name), field_id::other) << name;
  }
  EXPECT_EQ(identify("Content\rLength"), field_id::other);
}

TEST(field_id, comparison_ignores_the_case_of_letters_only) {
  EXPECT_TRUE(equal_without_case("", ""));
  EXPECT_TRUE(equal_without_case("aZ", "Az"));
  EXPECT_FALSE(equal_without_case("a", "ab"));
  std::string text;
  for (int c = 0; c < 256; ++c) text.push_back(static_cast<char>(c));
  for (std::size_t size = 1; size <= 24; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string a(size, 'x');
        std::string b(size, 'X');
        a[at] = static_cast<char>(c);
        b[at] = static_cast<char>(c ^ 0x20);
        EXPECT_EQ(equal_without_case(a, b), std::isalpha(c) != 0) << c << " in " << size;
      }
    }
  }
}

TEST(fields, they_keep_their_order_and_several_of_one_name) {
  fields all;
  all.add("B", "1").add("a", "2").add("b", "3");
  EXPECT_EQ(names(all), (std::vector<std::string>{"B", "a", "b"}));
  EXPECT_EQ(all.find("b"), "1");
  EXPECT_EQ(all.find("A"), "2");
  EXPECT_EQ(all.find("c"), std::nullopt);
  EXPECT_EQ(all.wire_text(), "B: 1\r\na: 2\r\nb: 3\r\n");
}

TEST(fields, known_names_are_found_by_number_however_they_were_written) {
  fields all;
  all.add("content-TYPE", "text/plain").add(field_id::set_cookie, "a").add("Set-Cookie", "b");
  EXPECT_EQ(all.find(field_id::content_type), "text/plain");
  EXPECT_EQ(all.find("Content-Type"), "text/plain");
  EXPECT_EQ(all.view().count(field_id::set_cookie), 2u);
  EXPECT_TRUE(all.contains(field_id::set_cookie));
  EXPECT_FALSE(all.contains(field_id::cookie));
}

TEST(fields, white_space_around_a_value_is_dropped) {
  fields all;
  all.add("A", " \t b c\t ").add("B", "").add("C", "  ");
  EXPECT_EQ(all.wire_text(), "A: b c\r\nB: \r\nC: \r\n");
}

TEST(fields, a_value_that_could_end_its_line_is_refused) {
  fields all;
  all.add("A", "1");
  for (const char c : "\r\n\0\1\x1f\x7f"s) {
    EXPECT_THROW(all.add("B", "x"s + c + "y"), std::invalid_argument);
    EXPECT_THROW(all.set("A", "x"s + c + "y"), std::invalid_argument);
    EXPECT_THROW(all.set("B", "x"s + c), std::invalid_argument);
  }
  EXPECT_EQ(all.wire_text(), "A: 1\r\n");
  try {
    all.add("Location", "/\r\nSet-Cookie: evil=1");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "header field Location: the value has a control character (0x0d) at 1");
  }
  EXPECT_NO_THROW(all.add("Tab", "a\tb \xc3\xa4"));
}

TEST(fields, a_name_that_is_no_token_is_refused) {
  fields all;
  for (const char* const name : {"", "A B", "A:", "A\r\nB", "\xc3\xa4", "A/B", "A\x7f"}) {
    EXPECT_THROW(all.add(name, "x"), std::invalid_argument) << name;
  }
  EXPECT_THROW(all.add(std::string(70000, 'a'), "x"), std::invalid_argument);
  EXPECT_THROW(all.add(field_id::other, "x"), std::invalid_argument);
  EXPECT_TRUE(all.empty());
}

TEST(fields, set_replaces_all_of_that_name_and_remove_takes_them_away) {
  fields all;
  all.add("A", "1").add("X", "2").add("a", "3").add(field_id::host, "h");
  all.set("A", "4");
  EXPECT_EQ(all.wire_text(), "X: 2\r\nHost: h\r\nA: 4\r\n");
  EXPECT_EQ(all.remove(field_id::host), 1u);
  EXPECT_EQ(all.remove("Y"), 0u);
  EXPECT_EQ(all.remove("x"), 1u);
  EXPECT_EQ(all.wire_text(), "A: 4\r\n");
  EXPECT_EQ(all.find("A"), "4");
}

TEST(fields, what_is_added_may_lie_in_the_fields_themselves) {
  fields all;
  all.add("A", std::string(100, 'x'));
  for (int i = 0; i < 20; ++i) all.add("B", *all.find("A"));
  for (const field each : all) EXPECT_EQ(each.value, std::string(100, 'x'));
  all.set("A", *all.find("B"));
  EXPECT_EQ(*all.find("A"), std::string(100, 'x'));
  all.set(all.view()[0].name, all.view()[1].value);
  EXPECT_EQ(all.remove(all.view()[0].name), 1u);
}

TEST(fields, a_view_can_be_copied_into_fields_of_ones_own) {
  fields from;
  from.add("A", "1").add(field_id::host, "h");
  const fields copy(from.view());
  from.clear();
  EXPECT_TRUE(from.empty());
  EXPECT_EQ(copy.wire_text(), "A: 1\r\nHost: h\r\n");
  EXPECT_EQ(copy.find(field_id::host), "h");
}

TEST(fields, copies_and_moves_stand_on_their_own) {
  fields a;
  a.add("A", "1");  // short enough for the string to lie inside the object
  fields b = a;
  fields c = std::move(a);
  b.add("B", "2");
  EXPECT_EQ(b.find("A"), "1");
  EXPECT_EQ(c.find("A"), "1");
  EXPECT_EQ(c.size(), 1u);
}

TEST(fields, tokens_are_found_in_lists_over_several_lines) {
  fields all;
  all.add(field_id::connection, "foo, , Bar ,").add(field_id::connection, "\"close\", baz");
  const fields_view view = all;
  EXPECT_TRUE(view.has_token(field_id::connection, "FOO"));
  EXPECT_TRUE(view.has_token(field_id::connection, "bar"));
  EXPECT_TRUE(view.has_token(field_id::connection, "baz"));
  EXPECT_FALSE(view.has_token(field_id::connection, "close"));
  EXPECT_FALSE(view.has_token(field_id::upgrade, "foo"));
}

TEST(fields, an_empty_view_has_nothing) {
  const fields_view none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_EQ(none.find("A"), std::nullopt);
  EXPECT_EQ(none.find(field_id::host), std::nullopt);
}

}  // namespace
}  // namespace pirn::http
