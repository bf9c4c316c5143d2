#include "pirn/simulation/summary.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/simulation/field_text.hpp"

namespace pirn::des {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::vector<summary> table() {
  const confidence_interval interval{.mean = 2.5, .half_width = 0.5, .level = 0.95};
  const confidence_interval unknown{.mean = 1, .half_width = infinity, .level = 0.95};
  return {{"wait, \"min\"", 4, 2.5, 1.25, 1, 2.5, 3.7, 4, 4, interval},
          {"queue", 1, 1, none, 1, none, none, none, 1, unknown}};
}

TEST(summary, is_a_line_of_csv) {
  EXPECT_EQ(csv(table()),
            "name,count,mean,deviation,minimum,median,p90,p99,maximum,low,high,level\n"
            "\"wait, \"\"min\"\"\",4,2.5,1.25,1,2.5,3.7,4,4,2,3,0.95\n"
            "queue,1,1,,1,,,,1,-inf,inf,0.95\n");
}

TEST(summary, is_an_object_of_json) {
  EXPECT_EQ(json(table()),
            R"([{"name": "wait, \"min\"", "count": 4, "mean": 2.5, "deviation": 1.25, )"
            R"("minimum": 1, "median": 2.5, "p90": 3.7, "p99": 4, "maximum": 4, "low": 2, )"
            R"("high": 3, "level": 0.95},)"
            "\n "
            R"({"name": "queue", "count": 1, "mean": 1, "deviation": null, "minimum": 1, )"
            R"("median": null, "p90": null, "p99": null, "maximum": 1, "low": null, )"
            R"("high": null, "level": 0.95}])");
}

TEST(field_text, reads_back_as_the_same_number) {
  EXPECT_EQ(json_number(0.1), "0.1");
  EXPECT_EQ(json_number(1e300), "1e+300");
  EXPECT_EQ(std::stod(json_number(1.0 / 3)), 1.0 / 3);
  EXPECT_EQ(json_number(none), "null");
  EXPECT_EQ(csv_number(none), "");
}

TEST(field_text, escapes_what_is_no_plain_text) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(json_string("a\"b\\c\n"), R"("a\"b\\c\u000a")");
}

}  // namespace
}  // namespace pirn::des
