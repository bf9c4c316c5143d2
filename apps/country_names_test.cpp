#include "country_names.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

TEST(country_names, a_code_has_its_name) {
  EXPECT_EQ(country_name("BR"), "Brazil");
  EXPECT_EQ(country_name("AD"), "Andorra");
  EXPECT_EQ(country_name("ZW"), "Zimbabwe");
  EXPECT_EQ(country_name("AN"), "Netherlands Antilles");
}

TEST(country_names, what_is_no_code_has_none) {
  for (const char* each : {"", "B", "br", "AA", "ZZ", "BRA"}) {
    EXPECT_EQ(country_name(each), std::nullopt) << each;
  }
}

TEST(country_names, all_codes_are_there_once_and_sorted) {
  const auto codes = country_codes();
  EXPECT_EQ(codes.size(), 251U);  // ISO 3166-1 has 249; two are former ones
  EXPECT_TRUE(std::ranges::is_sorted(codes));
  EXPECT_EQ(std::ranges::adjacent_find(codes), codes.end());
}

}  // namespace
}  // namespace pirn::apps
