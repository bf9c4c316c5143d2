#include "progress.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

using seconds = std::chrono::duration<double>;

TEST(progress, a_wide_line_has_all_parts) {
  const std::string line =
      render_progress("async", {.done = 5, .total = 20, .elapsed = seconds(1)}, "2.0 KiB", 80);
  EXPECT_TRUE(line.starts_with("async  25% |###"));
  EXPECT_TRUE(line.ends_with("|  5/20 5.0/s 3.0 s left 2.0 KiB")) << line;
}

TEST(progress, a_line_never_exceeds_its_width) {
  for (std::size_t width = 1; width < 120; ++width) {
    for (std::size_t total : {0UL, 7UL, 100'000UL}) {
      const progress_state state{.done = total / 2, .total = total, .elapsed = seconds(1234.5)};
      EXPECT_LE(render_progress("sequential", state, "123.4 MiB", width).size(), width);
    }
  }
}

TEST(progress, its_ends_are_empty_and_full) {
  const std::string empty = render_progress("x", {.done = 0, .total = 3}, "", 60);
  EXPECT_NE(empty.find("  0% |  "), std::string::npos);
  EXPECT_EQ(empty.find('#'), std::string::npos);
  const std::string full =
      render_progress("x", {.done = 3, .total = 3, .elapsed = seconds(2)}, "", 60);
  EXPECT_NE(full.find("100% |##"), std::string::npos);
  EXPECT_NE(full.find("#| 3/3 1.5/s 2.0 s"), std::string::npos) << full;
}

TEST(progress, without_a_total_it_counts) {
  EXPECT_EQ(render_progress("get", {.done = 4, .elapsed = seconds(2)}, "1 B", 80),
            "get 4 2.0/s 2.0 s 1 B");
}

TEST(progress, more_than_the_total_is_full) {
  EXPECT_NE(render_progress("x", {.done = 9, .total = 3}, "", 60).find("100%"), std::string::npos);
}

}  // namespace
}  // namespace pirn::apps
