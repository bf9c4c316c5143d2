#include "system_facts.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {

TEST(system_facts, finds_a_number_of_kilobytes_by_its_whole_name) {
  constexpr std::string_view lines = "MemTotal:       24105 kB\nMemFree: 7 kB\nOdd: x\nLast: 1 kB";
  EXPECT_EQ(find_kilobytes(lines, "MemTotal"), 24105 * 1024);
  EXPECT_EQ(find_kilobytes(lines, "MemFree"), 7 * 1024);
  EXPECT_EQ(find_kilobytes(lines, "Last"), 1024);
  EXPECT_EQ(find_kilobytes(lines, "Mem"), std::nullopt);
  EXPECT_EQ(find_kilobytes(lines, "Odd"), std::nullopt);
  EXPECT_EQ(find_kilobytes("", "Odd"), std::nullopt);
}

TEST(system_facts, asks_this_system) {
  const system_facts found = ask_system();
  EXPECT_FALSE(found.kernel.empty());
  EXPECT_FALSE(found.machine.empty());
  EXPECT_GE(found.processors_online, 1U);
  EXPECT_GE(found.processors_allowed, 1U);
  EXPECT_GT(found.memory_bytes, 0U);
  EXPECT_LE(found.memory_available_bytes, found.memory_bytes);
}

}  // namespace pirn::apps
