#include "download_names.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

TEST(download_names, the_last_segment_is_the_name) {
  EXPECT_EQ(suggested_name("/a/b.txt"), "b.txt");
  EXPECT_EQ(suggested_name("/a%20b"), "a b");
  EXPECT_EQ(suggested_name("/100%"), "100%");
  EXPECT_EQ(suggested_name("/a/"), "index.html");
  EXPECT_EQ(suggested_name(""), "index.html");
}

TEST(download_names, nothing_in_a_name_leads_elsewhere) {
  EXPECT_EQ(suggested_name("/.."), "index.html");
  EXPECT_EQ(suggested_name("/%2e"), "index.html");
  EXPECT_EQ(suggested_name("/..%2Fetc%2Fpasswd"), ".._etc_passwd");
  EXPECT_EQ(suggested_name("/a%00b%0Ac%7F"), "a_b_c_");
}

TEST(download_names, a_long_name_leaves_room_for_suffixes) {
  EXPECT_EQ(suggested_name("/" + std::string(1000, 'x')).size(), 200U);
}

TEST(download_names, each_name_is_given_once) {
  download_names names;
  EXPECT_EQ(names.take("a"), "a");
  EXPECT_EQ(names.take("a.1"), "a.1");
  EXPECT_EQ(names.take("a"), "a.2");
  EXPECT_EQ(names.take("a"), "a.3");
  EXPECT_EQ(names.take("b"), "b");
}

}  // namespace
}  // namespace pirn::apps
