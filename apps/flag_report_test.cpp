#include "flag_report.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

flag_result result(std::string code, flag_fate fate, std::size_t size_bytes = 0,
                   std::string message = "") {
  return {.code = std::move(code),
          .fate = fate,
          .file = {},
          .size_bytes = size_bytes,
          .message = std::move(message)};
}

style_report sample() {
  style_report report;
  report.style = flag_style::async;
  report.connections = 5;
  report.results = {result("BR", flag_fate::downloaded, 10), result("US", flag_fate::downloaded, 7),
                    result("AA", flag_fate::not_found), result("CN", flag_fate::refused),
                    result("DE", flag_fate::failed, 0, "error: write x")};
  report.elapsed = std::chrono::milliseconds(500);
  return report;
}

TEST(flag_report, few_codes_are_listed_and_many_are_not) {
  const std::vector<std::string> few{"AA", "BR"};
  EXPECT_EQ(initial_report("LOCAL", "http://h/f", few),
            "LOCAL site: http://h/f\nSearching for 2 flags: AA, BR\n");
  const std::vector<std::string> one{"BR"};
  EXPECT_NE(initial_report("LOCAL", "u", one).find("for 1 flag: BR\n"), std::string::npos);
  const std::vector<std::string> many(11, "XX");
  EXPECT_NE(initial_report("LOCAL", "u", many).find("11 flags: from XX to XX\n"),
            std::string::npos);
}

TEST(flag_report, connections_have_their_plural) {
  EXPECT_EQ(connections_report(1), "1 concurrent connection will be used.\n");
  EXPECT_EQ(connections_report(5), "5 concurrent connections will be used.\n");
}

TEST(flag_report, the_end_counts_everything) {
  EXPECT_EQ(final_report(sample(), 6),
            "--------------------\n"
            "2 flags downloaded.\n"
            "1 not found.\n"
            "2 errors.\n"
            "    1 x error: write x\n"
            "1 not tried to the end.\n"
            "Elapsed time: 0.50s\n");
}

TEST(flag_report, the_table_has_a_speed_up_when_there_is_something_to_compare_with) {
  std::vector<style_report> reports{sample()};
  EXPECT_TRUE(table_report(reports).ends_with(" -\n"));
  style_report sequential;
  sequential.style = flag_style::sequential;
  sequential.elapsed = std::chrono::seconds(2);
  reports.insert(reports.begin(), sequential);
  EXPECT_TRUE(table_report(reports).ends_with("4.0x\n"));
}

TEST(flag_report, json) {
  std::vector<style_report> reports{sample()};
  EXPECT_EQ(json_report(reports),
            "{\"styles\": [{\"style\": \"async\", \"downloaded\": 2, \"not_found\": 1, "
            "\"errors\": 2, \"bytes\": 17, \"elapsed_s\": 0.500000, \"virtual_s\": null, "
            "\"connections\": 5}]}\n");
  EXPECT_EQ(json_report({}), "{\"styles\": []}\n");
}

TEST(flag_styles, connections_are_bounded) {
  EXPECT_EQ(connections_of(flag_style::sequential, 50, 20), 1U);
  EXPECT_EQ(connections_of(flag_style::threads, std::nullopt, 676), 30U);
  EXPECT_EQ(connections_of(flag_style::threads, std::nullopt, 20), 20U);
  EXPECT_EQ(connections_of(flag_style::async, std::nullopt, 20), 5U);
  EXPECT_EQ(connections_of(flag_style::virtual_time, 5000, 5000), 1000U);
}

}  // namespace
}  // namespace pirn::apps
