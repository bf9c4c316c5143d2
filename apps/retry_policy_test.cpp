#include "retry_policy.hpp"

#include <cerrno>
#include <system_error>

#include <gtest/gtest.h>

#include "pirn/core/cancelled.hpp"
#include "pirn/http/error.hpp"

namespace pirn::apps {
namespace {

using namespace std::chrono_literals;

std::exception_ptr system_failure(int code) {
  return std::make_exception_ptr(std::system_error(code, std::generic_category()));
}
std::exception_ptr refusal(int status, std::optional<std::chrono::seconds> after = {}) {
  return std::make_exception_ptr(status_error(static_cast<http::status>(status), after));
}

TEST(retry_policy, broken_connections_and_busy_servers_may_pass) {
  for (int code : {ECONNREFUSED, ECONNRESET, EPIPE, ETIMEDOUT, EMFILE}) {
    EXPECT_TRUE(may_pass(system_failure(code))) << code;
  }
  for (int status : {408, 429, 500, 502, 503, 504}) EXPECT_TRUE(may_pass(refusal(status)));
  EXPECT_TRUE(may_pass(std::make_exception_ptr(timeout_error())));
  EXPECT_TRUE(may_pass(std::make_exception_ptr(std::system_error(http::errc::cut_short))));
}

TEST(retry_policy, what_is_wrong_for_good_does_not_pass) {
  for (int code : {ELOOP, EPROTONOSUPPORT, EACCES}) EXPECT_FALSE(may_pass(system_failure(code)));
  for (int status : {400, 403, 404, 410, 501}) EXPECT_FALSE(may_pass(refusal(status)));
  EXPECT_FALSE(may_pass(std::make_exception_ptr(storage_error("write x: no space"))));
  EXPECT_FALSE(may_pass(std::make_exception_ptr(std::system_error(http::errc::bad_header))));
}

TEST(retry_policy, waits_grow_up_to_the_longest) {
  const retry_policy policy{.retries_max = 20, .first_wait = 100ms, .wait_max = 2s};
  duration least = 100ms;
  for (unsigned attempt = 1; attempt <= 20; ++attempt) {
    const auto wait = wait_before_retry(policy, attempt, refusal(503), "a");
    ASSERT_TRUE(wait);
    EXPECT_GE(*wait, std::min<duration>(least, 2s));
    EXPECT_LE(*wait, std::min<duration>(least * 5 / 4, 2s));
    least = std::min<duration>(least * 2, 10s);
  }
  EXPECT_EQ(wait_before_retry(policy, 21, refusal(503), "a"), std::nullopt);
}

TEST(retry_policy, equal_salts_wait_equally_and_others_do_not) {
  const auto wait = [](std::string_view salt) {
    return wait_before_retry({}, 1, refusal(503), salt);
  };
  EXPECT_EQ(wait("a"), wait("a"));
  EXPECT_NE(wait("a"), wait("b"));
}

TEST(retry_policy, a_server_that_asks_for_patience_gets_it_up_to_the_limit) {
  EXPECT_EQ(wait_before_retry({}, 1, refusal(503, 20s), "a"), duration(20s));
  EXPECT_EQ(wait_before_retry({}, 1, refusal(503, 61s), "a"), std::nullopt);
}

TEST(retry_policy, retry_after_is_seconds_or_a_date) {
  const std::chrono::sys_seconds now{784111777s};  // Sun, 06 Nov 1994 08:49:37 GMT
  EXPECT_EQ(parse_retry_after("120", now), 120s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), 60s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), 0s);
  EXPECT_GT(parse_retry_after("18446744073709551615", now), 1h);
  for (const char* each : {"", "-1", "1.5", "soon"}) {
    EXPECT_EQ(parse_retry_after(each, now), std::nullopt) << each;
  }
}

TEST(retry_policy, a_status_is_described) {
  EXPECT_STREQ(status_error(http::status::not_found, {}).what(), "404 Not Found");
  EXPECT_STREQ(status_error(static_cast<http::status>(599), {}).what(), "599");
  EXPECT_STREQ(status_error(http::status::service_unavailable, 9s).what(),
               "503 Service Unavailable, asks to come back in 9 s");
}

}  // namespace
}  // namespace pirn::apps
