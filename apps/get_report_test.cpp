#include "get_report.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

url_result success() {
  return {.url = "http://h/a",
          .fate = url_fate::ok,
          .file = "out/a",
          .size_bytes = 2048,
          .attempts = 1,
          .status = 200,
          .reason = {}};
}

TEST(get_report, sizes_are_for_people) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(1023), "1023 B");
  EXPECT_EQ(human_size(1024), "1.0 KiB");
  EXPECT_EQ(human_size(1536.0 * 1024 * 1024), "1.5 GiB");
  EXPECT_EQ(human_size(1e30), "888178419700125.2 PiB");
}

TEST(get_report, a_line_tells_what_became_of_a_url) {
  url_result result = success();
  EXPECT_EQ(text_line(result), "ok        http://h/a -> out/a (2.0 KiB)");
  result.resumed_from = 1024;
  result.attempts = 2;
  EXPECT_EQ(text_line(result),
            "ok        http://h/a -> out/a (2.0 KiB, gone on with after 1.0 KiB, 2 attempts)");
  result.fate = url_fate::failed;
  result.reason = "404 Not Found";
  EXPECT_EQ(text_line(result), "failed    http://h/a: 404 Not Found");
}

TEST(get_report, json_has_null_for_what_is_not_there) {
  url_result result;
  result.url = "http://h/\"";
  result.reason = "why";
  EXPECT_EQ(json_line(result),
            R"({"url": "http://h/\"", "result": "given up", "file": null, "bytes": 0, )"
            R"("resumed_from": 0, "status": null, "attempts": 0, "elapsed_s": 0.000000, )"
            R"("error": "why"})");
}

TEST(get_report, totals_add_up) {
  get_totals totals;
  totals.add(success());
  totals.add({.url = "u", .fate = url_fate::failed, .file = {}, .reason = {}});
  totals.elapsed = std::chrono::seconds(2);
  EXPECT_EQ(totals.count(), 2U);
  EXPECT_EQ(text_line(totals), "2 URLs: 1 ok, 1 failed; 2.0 KiB in 2.00 s (1.0 KiB/s)");
}

}  // namespace
}  // namespace pirn::apps
