// printable: nothing from outside begins a line.
#include "pirn/base/printable.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace {

using namespace std::string_view_literals;
using pirn::printable;

TEST(printable, writes_control_bytes_out) {
  EXPECT_EQ(printable("a\nb\r\tc"), R"(a\nb\r\tc)");
  EXPECT_EQ(printable("\0\x1b[2J\x7f"sv), R"(\x00\x1b[2J\x7f)");
}

TEST(printable, leaves_all_else_as_it_is) {
  for (const std::string_view text :
       {""sv, "plain"sv, R"(back\slash)"sv, "'quoted' \"too\""sv, "\xc3\xa9t\xc3\xa9"sv}) {
    EXPECT_EQ(printable(text), text);
  }
}

}  // namespace
