#include "pirn/http/date.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace pirn::http {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

constexpr sys_seconds example = sys_seconds(784111777s);  // the date of RFC 9110
constexpr sys_seconds now = sys_seconds(1700000000s);     // in November 2023

TEST(date, it_is_written_as_the_rfc_writes_it) {
  EXPECT_EQ(format_date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_date(sys_seconds(0s)), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_date(sys_seconds(-1s)), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(format_date(sys_days(2000y / 2 / 29) + 23h + 59min + 59s),
            "Tue, 29 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(format_date(sys_seconds::max()), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(format_date(sys_seconds::min()), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(date, all_three_forms_are_read) {
  EXPECT_EQ(parse_date("Sun, 06 Nov 1994 08:49:37 GMT", now), example);
  EXPECT_EQ(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", now), example);
  EXPECT_EQ(parse_date("Sun Nov  6 08:49:37 1994", now), example);
  EXPECT_EQ(parse_date("Sun Nov 16 08:49:37 1994", now), example + 10 * 24h);
}

TEST(date, what_is_written_is_read_again) {
  for (auto when = sys_seconds(sys_days(1900y / 1 / 1)); when < sys_days(2200y / 1 / 1);
       when += 1234567s) {
    EXPECT_EQ(parse_date(format_date(when), now), when) << format_date(when);
  }
}

TEST(date, a_year_of_two_digits_is_at_most_fifty_years_ahead) {
  EXPECT_EQ(parse_date("Friday, 01-Jan-73 00:00:00 GMT", now), sys_days(2073y / 1 / 1));
  EXPECT_EQ(parse_date("Friday, 01-Jan-74 00:00:00 GMT", now), sys_days(1974y / 1 / 1));
  EXPECT_EQ(parse_date("Friday, 01-Jan-00 00:00:00 GMT", now), sys_days(2000y / 1 / 1));
}

TEST(date, a_leap_second_is_the_one_after_it) {
  EXPECT_EQ(parse_date("Sat, 31 Dec 2016 23:59:60 GMT", now), sys_days(2017y / 1 / 1));
}

TEST(date, what_is_no_date_is_refused) {
  for (const char* const text : {"",
                                 "now",
                                 "Sun, 06 Nov 1994 08:49:37",
                                 "Sun, 06 Nov 1994 08:49:37 UTC",
                                 "Sun, 6 Nov 1994 08:49:37 GMT",
                                 "Sun, 06 nov 1994 08:49:37 GMT",
                                 "Sux, 06 Nov 1994 08:49:37 GMT",
                                 "Sun, 31 Feb 1994 08:49:37 GMT",
                                 "Sun, 00 Nov 1994 08:49:37 GMT",
                                 "Sun, 06 Nov 1994 24:00:00 GMT",
                                 "Sun, 06 Nov 1994 08:60:37 GMT",
                                 "Sun, 06 Nov 1994 08:49:61 GMT",
                                 "Sun, 06 Nov 1994 08:49:37 GMTx",
                                 "Sun, 06 anF 1994 08:49:37 GMT",
                                 "Sunday, 06-Nov-1994 08:49:37 GMT",
                                 "Sunday 06-Nov-94 08:49:37 GMT",
                                 "Sun Nov 6 08:49:37 1994",
                                 "Sun Nov  6 08:49:37 94",
                                 "784111777",
                                 "1994-11-06T08:49:37Z",
                                 "Sun, 06 Nov 1994 08:49:3\xb1 GMT"}) {
    EXPECT_EQ(parse_date(text, now), std::nullopt) << text;
  }
}

TEST(date_cache, it_gives_the_field_of_the_second_asked_for) {
  date_cache cache;
  EXPECT_EQ(cache.line(example), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  const char* const first = cache.line(example).data();
  EXPECT_EQ(cache.line(example).data(), first);
  EXPECT_EQ(cache.line(example + 1s), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
  EXPECT_EQ(cache.line(example), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date_cache().line(sys_seconds(0s)), "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
}

}  // namespace
}  // namespace pirn::http
