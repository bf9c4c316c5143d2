#include "text_table.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

TEST(text_table, columns_line_up) {
  text_table table({"style", "files", "n"});
  table.add({"sequential", "20", "1"});
  table.add({"async", "7", "1000"});
  EXPECT_EQ(table.text(),
            "style       files     n\n"
            "sequential     20     1\n"
            "async           7  1000\n");
}

}  // namespace
}  // namespace pirn::apps
