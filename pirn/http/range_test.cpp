#include "pirn/http/range.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pirn::http {
namespace {

using kind = range_request::kind;

std::vector<byte_range> ranges(std::string_view value, std::uint64_t size_bytes) {
  const range_request request = range_request::parse(value, size_bytes);
  EXPECT_EQ(request.what(), kind::partial) << value;
  return {request.ranges().begin(), request.ranges().end()};
}

kind what(std::string_view value, std::uint64_t size_bytes = 1000) {
  return range_request::parse(value, size_bytes).what();
}

TEST(range_request, single_ranges_are_fitted_to_the_size) {
  EXPECT_EQ(ranges("bytes=0-499", 1000), (std::vector<byte_range>{{0, 499}}));
  EXPECT_EQ(ranges("bytes=500-", 1000), (std::vector<byte_range>{{500, 999}}));
  EXPECT_EQ(ranges("bytes=-500", 1000), (std::vector<byte_range>{{500, 999}}));
  EXPECT_EQ(ranges("bytes=-5000", 1000), (std::vector<byte_range>{{0, 999}}));
  EXPECT_EQ(ranges("bytes=900-5000", 1000), (std::vector<byte_range>{{900, 999}}));
  EXPECT_EQ(ranges("Bytes=0-0", 1), (std::vector<byte_range>{{0, 0}}));
  EXPECT_EQ(ranges("bytes=999-999", 1000), (std::vector<byte_range>{{999, 999}}));
  EXPECT_EQ(ranges("bytes=0-99999999999999999999", 1000), (std::vector<byte_range>{{0, 999}}));
  EXPECT_EQ(ranges("bytes=-99999999999999999999", 1000), (std::vector<byte_range>{{0, 999}}));
}

TEST(range_request, several_ranges_keep_their_order) {
  EXPECT_EQ(ranges("bytes=500-600, 0-9,-1", 1000),
            (std::vector<byte_range>{{500, 600}, {0, 9}, {999, 999}}));
  EXPECT_EQ(ranges("bytes=0-9,2000-3000", 1000), (std::vector<byte_range>{{0, 9}}));
  EXPECT_EQ(ranges("bytes= , 0-9 ,", 1000), (std::vector<byte_range>{{0, 9}}));
}

TEST(range_request, ranges_beyond_the_end_cannot_be_satisfied) {
  EXPECT_EQ(what("bytes=1000-"), kind::unsatisfiable);
  EXPECT_EQ(what("bytes=1000-2000, 5000-"), kind::unsatisfiable);
  EXPECT_EQ(what("bytes=-0"), kind::unsatisfiable);
  EXPECT_EQ(what("bytes=99999999999999999999-"), kind::unsatisfiable);
}

TEST(range_request, what_is_not_understood_is_ignored) {
  for (const char* const value :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=5-4", "bytes=1-2-3",
        "bytes=+1-2", "bytes=1 -2", "bytes=0x1-2", "lines=0-1", "bytes =0-1", "bytes=0-1;2-3",
        "bytes:0-1", "bytes=0-1,x"}) {
    EXPECT_EQ(what(value), kind::whole) << value;
  }
  EXPECT_EQ(what("bytes=0-", 0), kind::whole);
  EXPECT_EQ(what("bytes=-1", 0), kind::whole);
}

TEST(range_request, attacks_are_ignored) {
  EXPECT_EQ(what("bytes=0-,0-"), kind::whole);  // twice the whole
  std::string many = "bytes=0-0";
  for (std::size_t i = 1; i < range_request::ranges_max; ++i) many += ",1-1";
  EXPECT_EQ(what(many), kind::partial);
  EXPECT_EQ(what(many + ",2-2"), kind::whole);
  EXPECT_EQ(what(many + ",5000-"), kind::whole);
}

TEST(content_range, it_is_written_and_read) {
  std::string text;
  append_content_range(text, {0, 99}, 1000);
  EXPECT_EQ(text, "bytes 0-99/1000");
  EXPECT_EQ(parse_content_range(text)->range, (byte_range{0, 99}));
  EXPECT_EQ(parse_content_range(text)->size_bytes, 1000u);
  text.clear();
  append_unsatisfied_range(text, 1000);
  EXPECT_EQ(text, "bytes */1000");
  EXPECT_EQ(parse_content_range(text)->range, std::nullopt);
  EXPECT_EQ(parse_content_range(text)->size_bytes, 1000u);
  EXPECT_EQ(parse_content_range("bytes 5-5/*")->size_bytes, std::nullopt);
}

TEST(content_range, nonsense_is_refused) {
  for (const char* const value :
       {"", "bytes", "bytes 0-1", "bytes 0-1/", "bytes 1-0/5", "bytes 0-5/5", "bytes */*",
        "bytes -1/5", "items 0-1/5", "bytes 0-/5", "bytes  0-1/5", "bytes 0-1/5 ",
        "bytes 0-99999999999999999999/*", "bytes/ 0-1", "bytes=0-1/5"}) {
    EXPECT_FALSE(parse_content_range(value).has_value()) << value;
  }
}

}  // namespace
}  // namespace pirn::http
