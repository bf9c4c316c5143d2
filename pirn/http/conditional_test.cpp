#include "pirn/http/conditional.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace pirn::http {
namespace {

using std::chrono::sys_seconds;
using namespace std::chrono_literals;

constexpr sys_seconds changed = sys_seconds(784111777s);
constexpr sys_seconds now = sys_seconds(1700000000s);
constexpr const char* at = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* before = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr const char* after = "Sun, 06 Nov 1994 08:49:38 GMT";

const validators strong{entity_tag{"v1", false}, changed};
const validators weak{entity_tag{"v1", true}, changed};

precondition get(const fields& request, const validators& current = strong) {
  return evaluate_preconditions(method::get, request, current, now);
}
precondition put(const fields& request, const validators& current = strong) {
  return evaluate_preconditions(method::put, request, current, now);
}

TEST(entity_tag, it_is_read_with_its_quotes) {
  EXPECT_EQ(parse_entity_tag("\"xyzzy\"")->opaque, "xyzzy");
  EXPECT_FALSE(parse_entity_tag("\"xyzzy\"")->weak);
  EXPECT_TRUE(parse_entity_tag("W/\"xyzzy\"")->weak);
  EXPECT_EQ(parse_entity_tag("\"\"")->opaque, "");
  EXPECT_EQ(parse_entity_tag("\"a\\\"")->opaque, "a\\");
  for (const char* const text :
       {"", "\"", "xyzzy", "w/\"x\"", "W/x", "\"a\" ", "\"a\"b\"", "\"a b\"", "\"a\x7f\""}) {
    EXPECT_FALSE(parse_entity_tag(text)) << text;
  }
}

TEST(entity_tag, comparison_follows_the_table_of_the_rfc) {
  const entity_tag w1{"1", true}, w2{"2", true}, s1{"1", false};
  EXPECT_FALSE(strong_match(w1, w1));
  EXPECT_TRUE(weak_match(w1, w1));
  EXPECT_FALSE(strong_match(w1, w2));
  EXPECT_FALSE(weak_match(w1, w2));
  EXPECT_FALSE(strong_match(w1, s1));
  EXPECT_TRUE(weak_match(w1, s1));
  EXPECT_TRUE(strong_match(s1, s1));
  EXPECT_TRUE(weak_match(s1, s1));
}

TEST(preconditions, without_conditions_they_hold) {
  EXPECT_EQ(get({}), precondition::holds);
}

TEST(preconditions, if_none_match_makes_a_read_not_modified_and_a_write_fail) {
  for (const char* const value :
       {"\"v1\"", "W/\"v1\"", "\"a,b\", \"v1\"", "*", "\"x\" ,\"v1\",", "\"a\\\", \"v1\""}) {
    EXPECT_EQ(get(fields().add(field_id::if_none_match, value)), precondition::not_modified)
        << value;
    EXPECT_EQ(put(fields().add(field_id::if_none_match, value)), precondition::fails) << value;
  }
  for (const char* const value : {"\"v2\"", "v1", "\"v1", "\"a,v1\"", ""}) {
    EXPECT_EQ(get(fields().add(field_id::if_none_match, value)), precondition::holds) << value;
  }
  EXPECT_EQ(get(fields().add("if-none-match", "\"a\"").add("if-none-match", "\"v1\"")),
            precondition::not_modified);
}

TEST(preconditions, if_none_match_goes_before_the_date) {
  const fields request =
      fields().add(field_id::if_none_match, "\"v2\"").add(field_id::if_modified_since, after);
  EXPECT_EQ(get(request), precondition::holds);
}

TEST(preconditions, if_modified_since_compares_dates_of_reads) {
  EXPECT_EQ(get(fields().add(field_id::if_modified_since, at)), precondition::not_modified);
  EXPECT_EQ(get(fields().add(field_id::if_modified_since, after)), precondition::not_modified);
  EXPECT_EQ(get(fields().add(field_id::if_modified_since, before)), precondition::holds);
  EXPECT_EQ(get(fields().add(field_id::if_modified_since, "yesterday")), precondition::holds);
  EXPECT_EQ(put(fields().add(field_id::if_modified_since, at)), precondition::holds);
  EXPECT_EQ(get(fields().add(field_id::if_modified_since, at), {}), precondition::holds);
}

TEST(preconditions, if_match_needs_a_strong_tag) {
  EXPECT_EQ(put(fields().add(field_id::if_match, "\"v1\"")), precondition::holds);
  EXPECT_EQ(put(fields().add(field_id::if_match, "\"v2\", \"v1\"")), precondition::holds);
  EXPECT_EQ(put(fields().add(field_id::if_match, "*")), precondition::holds);
  EXPECT_EQ(put(fields().add(field_id::if_match, "*"), {}), precondition::holds);
  EXPECT_EQ(put(fields().add(field_id::if_match, "\"v2\"")), precondition::fails);
  EXPECT_EQ(put(fields().add(field_id::if_match, "W/\"v1\"")), precondition::fails);
  EXPECT_EQ(put(fields().add(field_id::if_match, "\"v1\""), weak), precondition::fails);
  EXPECT_EQ(put(fields().add(field_id::if_match, "\"v1\""), {}), precondition::fails);
}

TEST(preconditions, if_unmodified_since_fails_when_it_has_changed) {
  EXPECT_EQ(put(fields().add(field_id::if_unmodified_since, at)), precondition::holds);
  EXPECT_EQ(put(fields().add(field_id::if_unmodified_since, before)), precondition::fails);
  EXPECT_EQ(put(fields().add(field_id::if_unmodified_since, "?")), precondition::holds);
  const fields both =
      fields().add(field_id::if_match, "\"v1\"").add(field_id::if_unmodified_since, before);
  EXPECT_EQ(put(both), precondition::holds);  // If-Match goes before the date
}

TEST(range_applies, only_while_what_if_range_names_is_current) {
  const auto applies = [](const char* value, const validators& current) {
    return range_applies(fields().add(field_id::if_range, value), current, now);
  };
  EXPECT_TRUE(range_applies(fields(), strong, now));
  EXPECT_TRUE(applies("\"v1\"", strong));
  EXPECT_FALSE(applies("\"v2\"", strong));
  EXPECT_FALSE(applies("W/\"v1\"", weak));
  EXPECT_FALSE(applies("\"v1\"", weak));
  EXPECT_TRUE(applies(at, strong));
  EXPECT_FALSE(applies(after, strong));
  EXPECT_FALSE(applies(before, strong));
  EXPECT_FALSE(applies(at, {}));
  EXPECT_FALSE(applies("garbage", strong));
}

}  // namespace
}  // namespace pirn::http
