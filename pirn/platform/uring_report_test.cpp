#include "pirn/platform/uring_report.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "pirn/platform/uring.hpp"

namespace pirn {

namespace {

const uring_feature& find(const std::vector<uring_feature>& among, std::string_view name) {
  return *std::ranges::find(among, name, &uring_feature::name);
}

}  // namespace

TEST(uring_report, where_the_driver_runs_there_is_all_that_it_needs) {
  const std::vector<uring_feature> found = list_uring_features();
  if (!probe_uring().usable()) GTEST_SKIP() << probe_uring().problem;
  ASSERT_FALSE(found.empty());
  for (const uring_feature& each : found) {
    EXPECT_TRUE(each.is_available || each.use != uring_use::needed) << each.name;
  }
}

TEST(uring_report, agrees_with_what_the_driver_has_asked) {
  const uring_features driver = probe_uring();
  if (!driver.usable()) GTEST_SKIP() << driver.problem;
  const std::vector<uring_feature> found = list_uring_features();
  EXPECT_EQ(find(found, "deferred work").is_available, driver.deferred_work);
  EXPECT_EQ(find(found, "buffer rings").is_available, driver.buffer_rings);
  EXPECT_EQ(find(found, "multishot receive").is_available, driver.multishot);
}

TEST(uring_report, names_each_feature_once_and_says_what_for) {
  std::set<std::string_view> names;
  for (const uring_feature& each : list_uring_features()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_FALSE(each.since.empty()) << each.name;
    EXPECT_FALSE(each.purpose.empty()) << each.name;
  }
}

}  // namespace pirn
