// resolver: what is asked, how often, and for whom.
#include "pirn/net/resolver.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <semaphore>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/net/connected_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

const endpoint first_address = endpoint::ipv4({192, 0, 2, 1}, 0);
const endpoint second_address = endpoint::ipv4({192, 0, 2, 2}, 0);

/// Knows `known` and `other`, counts the questions, and may hold the answers back.
class counting_service final : public name_service {
 public:
  std::vector<endpoint> addresses(const std::string& host) override {
    ++asked;
    if (holds_back) may_answer.acquire();
    if (host == "known" || host == "KNOWN") return {first_address, second_address};
    if (host == "other") return {second_address};
    throw std::system_error(-2, resolver_category(), "resolve " + host);
  }
  std::string name(const endpoint& address) override {
    ++asked;
    if (address == first_address) return "known";
    throw std::system_error(-2, resolver_category(), "name of " + address.host());
  }

  std::uint16_t port(const std::string& service) override {
    ++asked;
    if (service == "chess") return 5000;
    return name_service::port(service);
  }

  std::atomic<int> asked = 0;
  bool holds_back = false;
  std::counting_semaphore<> may_answer{0};
};

class resolver_test : public pirn::testing::each_driver {
 protected:
  /// Runs `body(service, names)`. On virtual time a look-up takes a second; in a thread it takes
  /// until it may answer.
  template <class Body>
  static void with_slow_names(Body body) {
    counting_service service;
    service.holds_back = !is_virtual();
    run({.driver = GetParam(), .blocking_delay = 1s}, [&]() -> task<> {
      resolver names(service);
      co_await body(service, names);
    });
  }
};
INSTANTIATE_TEST_SUITE_P(drivers, resolver_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// Runs `body(service, names)` on virtual time.
template <class Body>
void with_names(resolver_options options, Body body) {
  counting_service service;
  run({.driver = driver_choice::virtual_time}, [&]() -> task<> {
    resolver names(service, options);
    co_await body(service, names);
  });
}

TEST_P(resolver_test, a_numeric_address_is_taken_as_it_is) {
  on_loop([]() -> task<> {
    std::vector<endpoint> four = co_await resolve("127.0.0.1", 80);
    EXPECT_EQ(four, std::vector{loopback(80)});
    std::vector<endpoint> six = co_await resolve("::1", 81);
    EXPECT_EQ(six, std::vector{loopback_v6(81)});
  });
}

TEST_P(resolver_test, localhost_is_known_everywhere_and_so_is_its_name) {
  on_loop([]() -> task<> {
    std::vector<endpoint> found = co_await resolve("LocalHost", 80);
    EXPECT_NE(std::find(found.begin(), found.end(), loopback(80)), found.end());
    std::string name = co_await reverse(loopback(80));
    EXPECT_FALSE(name.empty());
  });
}

TEST_P(resolver_test, what_is_no_ip_address_has_no_name) {
  on_loop([]() -> task<> {
    std::string message = co_await message_of(
        []() -> task<> { co_await reverse(endpoint::unix_socket("/tmp/socket")); });
    EXPECT_TRUE(message.starts_with("name of /tmp/socket: ")) << message;
  });
}

TEST_P(resolver_test, who_asks_for_the_same_at_once_waits_for_the_same_answer) {
  with_slow_names([](counting_service& service, resolver& names) -> task<> {
    int answered = 0;
    auto ask = [&]() -> task<> {
      std::vector<endpoint> found = co_await names.resolve("known", 80);
      EXPECT_EQ(found.front(), first_address.with_port(80));
      ++answered;
    };
    auto all = [&](task_group& group) -> task<> {
      for (int i = 0; i < 5; ++i) group.spawn(ask);
      co_await yield_now();
      co_await yield_now();
      service.may_answer.release();
    };
    co_await with_group(all);
    EXPECT_EQ(answered, 5);
    EXPECT_EQ(service.asked, 1);
  });
}

TEST_P(resolver_test, a_waiter_that_is_cancelled_leaves_at_once_and_alone) {
  with_slow_names([](counting_service& service, resolver& names) -> task<> {
    auto ask = [&]() -> task<> {
      std::vector<endpoint> found = co_await names.resolve("known", 80);
      EXPECT_EQ(found.size(), 2u);
    };
    auto all = [&](task_group& group) -> task<> {
      auto leaves = group.spawn(ask);
      auto stays = group.spawn(ask);
      co_await yield_now();
      co_await yield_now();
      leaves.cancel();
      co_await yield_now();
      co_await yield_now();
      EXPECT_TRUE(leaves.has_ended());
      EXPECT_TRUE(leaves.was_cancelled());
      EXPECT_FALSE(stays.has_ended());
      service.may_answer.release();
      co_await stays;
    };
    co_await with_group(all);
    EXPECT_EQ(service.asked, 1);
  });
}

TEST_P(resolver_test, an_answer_that_nobody_waits_for_any_more_is_kept) {
  with_slow_names([](counting_service& service, resolver& names) -> task<> {
    auto found = co_await move_on_after(1ms, names.resolve("known", 80));
    EXPECT_FALSE(found.has_value());
    service.may_answer.release();
    std::vector<endpoint> later = co_await names.resolve("known", 80);
    EXPECT_EQ(later.size(), 2u);
    EXPECT_EQ(service.asked, 1);
  });
}

TEST_P(resolver_test, a_run_ends_while_a_look_up_is_under_way) {
  with_slow_names([](counting_service& service, resolver& names) -> task<> {
    auto found = co_await move_on_after(1ms, names.resolve("known", 80));
    EXPECT_FALSE(found.has_value());
    service.may_answer.release();
  });
}

TEST(resolver, an_answer_is_good_for_its_time_and_not_longer) {
  with_names({.ttl = 60s}, [](counting_service& service, resolver& names) -> task<> {
    std::vector<endpoint> found = co_await names.resolve("known", 80);
    co_await sleep_for(59s);
    found = co_await names.resolve("KNOWN", 443);
    EXPECT_EQ(found.back(), second_address.with_port(443));
    EXPECT_EQ(service.asked, 1);
    co_await sleep_for(1s);
    found = co_await names.resolve("known", 80);
    EXPECT_EQ(service.asked, 2);
  });
}

TEST(resolver, a_failure_is_kept_for_a_shorter_time) {
  with_names({.negative_ttl = 3s}, [](counting_service& service, resolver& names) -> task<> {
    auto ask = [&names]() -> task<> { co_await names.resolve("unknown", 80); };
    for (int i = 0; i < 3; ++i) {
      std::string message = co_await message_of(ask);
      EXPECT_EQ(message, "resolve unknown: Name or service not known");
      co_await sleep_for(1s);
    }
    EXPECT_EQ(service.asked, 1);
    co_await message_of(ask);
    EXPECT_EQ(service.asked, 2);
  });
}

// It was made at some time while nobody looked: it counts from when the last one left.
TEST(resolver, an_answer_that_came_while_nobody_waited_is_not_good_for_longer_than_others) {
  counting_service service;
  run({.driver = driver_choice::virtual_time, .blocking_delay = 2s}, [&]() -> task<> {
    resolver names(service, {.ttl = 60s});
    co_await move_on_after(1s, names.resolve("known", 80));
    co_await sleep_for(59s);
    co_await names.resolve("known", 80);
    EXPECT_EQ(service.asked, 1);
    co_await sleep_for(1s);
    co_await names.resolve("known", 80);
    EXPECT_EQ(service.asked, 2);
  });
}

TEST(resolver, a_time_of_zero_keeps_nothing) {
  with_names({.ttl = 0s}, [](counting_service& service, resolver& names) -> task<> {
    co_await names.resolve("known", 80);
    co_await names.resolve("known", 80);
    EXPECT_EQ(service.asked, 2);
  });
}

TEST(resolver, beyond_the_bound_the_oldest_answer_goes) {
  with_names({.answers_max = 1}, [](counting_service& service, resolver& names) -> task<> {
    co_await names.resolve("known", 80);
    co_await names.resolve("other", 80);
    EXPECT_EQ(names.answers(), 1u);
    co_await names.resolve("other", 80);
    EXPECT_EQ(service.asked, 2);
    co_await names.resolve("known", 80);
    EXPECT_EQ(service.asked, 3);
  });
}

TEST(resolver, names_of_addresses_are_kept_too) {
  with_names({}, [](counting_service& service, resolver& names) -> task<> {
    for (const std::uint16_t port : std::array<std::uint16_t, 2>{80, 443}) {
      std::string name = co_await names.reverse(first_address.with_port(port));
      EXPECT_EQ(name, "known");
    }
    EXPECT_EQ(service.asked, 1);
    std::string message =
        co_await message_of([&]() -> task<> { co_await names.reverse(second_address); });
    EXPECT_EQ(message, "name of 192.0.2.2: Name or service not known");
    names.clear();
    EXPECT_EQ(names.answers(), 0u);
  });
}

TEST_P(resolver_test, services_are_known_by_name_and_by_number) {
  on_loop([]() -> task<> {
    std::vector<endpoint> found = co_await resolve("127.0.0.1", "https");
    EXPECT_EQ(found, std::vector{loopback(443)});
    found = co_await resolve("127.0.0.1", "8080");
    EXPECT_EQ(found, std::vector{loopback(8080)});
  });
}

TEST_P(resolver_test, a_service_that_nobody_knows_is_an_error_that_names_it) {
  on_loop([]() -> task<> {
    for (const char* each : {"htps", "65536", "", "-1", "80x", "HTTPS"}) {
      const std::string message =
          co_await message_of([&]() -> task<> { co_await resolve("127.0.0.1", each); });
      EXPECT_EQ(message, std::string("port of ") + each + ": Unknown service");
      const std::string refused =
          co_await message_of([&]() -> task<> { co_await connect("127.0.0.1", each); });
      EXPECT_EQ(refused, message);
    }
  });
}

TEST_P(resolver_test, a_host_is_connected_to_by_its_service) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    auto [client, server] =
        co_await gather(connect("127.0.0.1", std::to_string(where.local().port())), where.accept());
    EXPECT_EQ(client.peer(), where.local());
  });
}

TEST(resolver, services_are_asked_once_for_and_kept_too) {
  with_names({}, [](counting_service& service, resolver& names) -> task<> {
    for (int i = 0; i < 2; ++i) {
      const std::uint16_t port = co_await names.port("chess");
      EXPECT_EQ(port, 5000);
    }
    EXPECT_EQ(service.asked, 1);
    co_await names.port("https");
    EXPECT_EQ(service.asked, 1) << "everybody knows it";
    EXPECT_EQ(names.answers(), 1U);
    names.clear();
    EXPECT_EQ(names.answers(), 0U);
  });
}

TEST(resolver, the_system_knows_more_services) {
  EXPECT_EQ(system_names().port("https"), 443);
}

TEST(resolver, on_virtual_time_only_what_was_defined_is_known) {
  run({.driver = driver_choice::virtual_time}, []() -> task<> {
    auto ask = []() -> task<> { co_await resolve("shop.example", 80); };
    std::string message = co_await message_of(ask);
    EXPECT_EQ(message, "resolve shop.example: Name or service not known");
    resolver::current().define("Shop.Example", {first_address});
    std::vector<endpoint> found = co_await resolve("shop.example", 80);
    EXPECT_EQ(found, std::vector{first_address.with_port(80)});
    std::string name = co_await reverse(first_address);
    EXPECT_EQ(name, "shop.example");
    resolver::current().define("shop.example", {});
    message = co_await message_of(ask);
    EXPECT_EQ(message, "resolve shop.example: Name or service not known");
  });
}

TEST(resolver, what_is_defined_is_asked_of_nobody) {
  with_names({}, [](counting_service& service, resolver& names) -> task<> {
    names.define("known", {second_address});
    std::vector<endpoint> found = co_await names.resolve("known", 1);
    EXPECT_EQ(found, std::vector{second_address.with_port(1)});
    EXPECT_EQ(service.asked, 0);
  });
}

}  // namespace
