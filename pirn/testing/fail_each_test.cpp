// fail_each: the tool that lets each call to a driver fail.
#include "pirn/testing/fail_each.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::fail_each_call;
using pirn::testing::failed_run;

class fail_each_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, fail_each_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> say_a_word() {
  net::listener where(net::loopback(0));
  net::tcp_stream client = co_await net::connect(where.local());
  net::tcp_stream server = co_await where.accept();
  co_await client.write_all("word");
  const lease chunk = co_await server.read();
  EXPECT_EQ(chunk.text(), "word");
  co_await server.shut_down_writing();
}

TEST_P(fail_each_test, lets_the_calls_fail_in_their_order) {
  std::vector<std::string> calls;
  const auto check = [&](const failed_run& run) {
    EXPECT_EQ(run.error == nullptr, run.call == 0) << run.describe();
    // The simulation takes no bytes at once: it is asked twice.
    if (calls.empty() || calls.back() != run.what) calls.push_back(run.what);
  };
  EXPECT_GE(fail_each_call(say_a_word, check, {.error = ENOBUFS, .driver = GetParam()}), 7U);
  EXPECT_EQ(calls, (std::vector<std::string>{"", "listen", "connect", "accept", "send", "receive",
                                             "shut down"}));
}

TEST_P(fail_each_test, lets_a_socket_say_what_it_would_say_alone) {
  const auto program = []() -> task<> {
    net::listener where(net::loopback(0));
    net::tcp_stream client = co_await net::connect(where.local());
    net::tcp_stream server = co_await where.accept();
    std::string much(16 << 20, 'x');
    const std::ptrdiff_t sent = client.raw().send_at_once(std::as_bytes(std::span(much)));
    if (sent <= 0) co_return;
    EXPECT_LT(client.raw().sending_stalled_for(), 20s);
    EXPECT_GT(client.raw().unsent_bytes(), 0U);
  };
  fail_each_call(program, [](const failed_run&) {}, {.error = ENOBUFS, .driver = GetParam()});
}

TEST(fail_each, says_which_call_failed_and_with_what) {
  const auto check = [](const failed_run& run) {
    if (run.what != "receive") return;
    EXPECT_EQ(run.describe().find("call 6 failed: receive\nit threw read from 127.0.0.1:"), 0U);
    try {
      std::rethrow_exception(run.error);
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::not_enough_memory);
    }
  };
  EXPECT_EQ(fail_each_call(say_a_word, check, {.error = ENOMEM}), 8U);
}

TEST(fail_each, a_program_that_waits_for_what_failed_is_found) {
  const auto program = []() -> task<> {
    net::listener where(net::loopback(0));
    try {
      net::tcp_stream client = co_await net::connect(where.local());
    } catch (const std::system_error&) {
    }
    net::tcp_stream server = co_await where.accept();
  };
  try {
    fail_each_call(program, [](const failed_run&) {}, {.error = ENOMEM});
    ADD_FAILURE() << "it was not noticed";
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find("call 2 failed: connect\nit threw deadlock"), 0U) << text;
  }
}

TEST_P(fail_each_test, a_programs_own_time_out_is_its_error_and_no_standstill) {
  const auto program = []() -> task<> {
    net::listener where(net::loopback(0));
    co_await timeout(1ms, where.accept());
  };
  std::size_t timed_out = 0;
  const auto check = [&](const failed_run& run) {
    try {
      std::rethrow_exception(run.error);
    } catch (const timeout_error&) {
      ++timed_out;
    } catch (const std::system_error&) {  // the call that was to fail
    }
  };
  fail_each_call(program, check, {.error = ENOBUFS, .driver = GetParam()});
  EXPECT_EQ(timed_out, 1U);
}

TEST(fail_each_death, a_program_that_spins_is_stopped) {
  const auto program = []() -> task<> {
    bool is_bound = false;
    while (!is_bound) {
      try {
        net::listener where(net::loopback(0));
        is_bound = true;
      } catch (const std::system_error&) {
      }
      while (!is_bound) co_await sleep_for(1ns);
    }
  };
  EXPECT_DEATH(fail_each_call(program, [](const failed_run&) {}, {.error = ENOMEM}),
               "a program does not spin when a call fails");
}

}  // namespace
