#include "partial_download.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

http::fields headers(std::initializer_list<std::pair<const char*, const char*>> list) {
  http::fields result;
  for (const auto& [name, value] : list) result.add(name, value);
  return result;
}

TEST(partial_download, a_resume_point_is_read_as_it_was_written) {
  const resume_point point{
      .url = "http://h/a", .validator = "\"v\"", .whole_bytes = 12, .there_bytes = 7};
  const auto read = parse_resume_point(format_resume_point(point));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->url, point.url);
  EXPECT_EQ(read->validator, point.validator);
  EXPECT_EQ(read->whole_bytes, 12U);
  EXPECT_EQ(read->there_bytes, 7U);
}

TEST(partial_download, what_is_no_resume_point_is_none) {
  for (const char* each :
       {"", "u\n", "u\nv\n", "u\nv\n1\n", "u\nv\n1\n1", "u\nv\nx\n1\n", "u\n\n1\n1\n",
        "\nv\n1\n1\n", "u\nv\n1\n1\nmore\n", "u\nv\n-1\n1\n", "u\nv\n1\n\n"}) {
    EXPECT_FALSE(parse_resume_point(each)) << each;
  }
}

TEST(partial_download, a_strong_tag_proves_the_version) {
  EXPECT_EQ(validator_of(headers({{"ETag", "\"x\""}})), "\"x\"");
  EXPECT_EQ(validator_of(headers({{"ETag", "W/\"x\""}})), "");
  EXPECT_EQ(validator_of(headers({{"ETag", "x"}})), "");
}

TEST(partial_download, a_date_proves_it_only_when_it_is_old_enough) {
  const char* const changed = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(validator_of(
                headers({{"Last-Modified", changed}, {"Date", "Sun, 06 Nov 1994 08:50:37 GMT"}})),
            changed);
  EXPECT_EQ(validator_of(
                headers({{"Last-Modified", changed}, {"Date", "Sun, 06 Nov 1994 08:49:38 GMT"}})),
            "");
  EXPECT_EQ(validator_of(headers({{"Last-Modified", changed}})), "");
}

}  // namespace
}  // namespace pirn::apps
