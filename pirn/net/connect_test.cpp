// connect: the attempts on a host's addresses, to the moment.
#include "pirn/net/connect.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/net/connected_test.hpp"
#include "pirn/net/resolver.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::testing::run_virtual;
using pirn::testing::virtual_world;

constexpr duration handshake = 200us;  // there and back
constexpr duration delay = 250ms;

endpoint four(std::uint8_t last) {
  return endpoint::ipv4({10, 0, 0, last}, 80);
}
endpoint six(std::uint8_t last) {
  return endpoint::ipv6({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}, 80);
}

/// An address that does not answer: its backlog is full.
class silent_host {
 public:
  explicit silent_host(const endpoint& at) : listener_(at, {.backlog = 0}) {}
  task<> fill() {
    tcp_stream made = co_await connect(listener_.local());
    first_.emplace(std::move(made));
  }
  /// Lets the next one in, when it asks again.
  task<> answer() {
    tcp_stream taken = co_await listener_.accept();
    taken.close();
  }

 private:
  listener listener_;
  std::optional<tcp_stream> first_;
};

/// Connects to the first that answers of `addresses`.
/// Returns: to which, and how long it took.
struct outcome_of_connect {
  endpoint peer;
  duration took;
};
task<outcome_of_connect> connect_and_measure(std::vector<endpoint> addresses) {
  const time_point start = now();
  tcp_stream made = co_await connect_to_any("host", std::move(addresses));
  co_return outcome_of_connect{made.peer(), now() - start};
}

TEST(connect, the_first_address_is_alone_while_it_answers_in_time) {
  run_virtual([]() -> task<> {
    listener preferred(six(1));
    listener other(four(1));
    const std::vector addresses{six(1), four(1)};
    auto made = co_await connect_and_measure(addresses);
    EXPECT_EQ(made.peer, six(1));
    EXPECT_EQ(made.took, handshake);
  });
}

TEST(connect, an_address_that_is_silent_for_the_delay_gets_the_next_one_beside_it) {
  run_virtual([]() -> task<> {
    silent_host silent(six(1));
    co_await silent.fill();
    listener other(four(1));
    const std::vector addresses{six(1), four(1)};
    auto made = co_await connect_and_measure(addresses);
    EXPECT_EQ(made.peer, four(1));
    EXPECT_EQ(made.took, delay + handshake);
  });
}

TEST(connect, the_next_is_tried_at_once_when_one_refuses) {
  run_virtual([]() -> task<> {
    listener other(four(1));
    const std::vector addresses{six(1), four(1)};
    auto made = co_await connect_and_measure(addresses);
    EXPECT_EQ(made.peer, four(1));
    EXPECT_EQ(made.took, handshake + handshake);
  });
}

TEST(connect, the_delay_begins_anew_with_each_attempt) {
  run_virtual([]() -> task<> {
    silent_host first(four(1));
    co_await first.fill();
    silent_host third(four(3));  // the second refuses
    co_await third.fill();
    listener last(four(4));
    const std::vector addresses{four(1), four(2), four(3), four(4)};
    auto made = co_await connect_and_measure(addresses);
    EXPECT_EQ(made.peer, four(4));
    EXPECT_EQ(made.took, delay + handshake + delay + handshake);
  });
}

TEST(connect, the_families_take_turns_beginning_with_the_preferred_one) {
  run_virtual([]() -> task<> {
    silent_host first(six(1));
    co_await first.fill();
    silent_host second(six(2));
    co_await second.fill();
    listener other(four(1));
    const std::vector addresses{six(1), six(2), four(1)};
    auto made = co_await connect_and_measure(addresses);
    EXPECT_EQ(made.peer, four(1));
    EXPECT_EQ(made.took, delay + handshake);
  });
}

TEST(connect, an_attempt_that_is_late_may_still_win) {
  run_virtual([]() -> task<> {
    silent_host late(six(1));
    co_await late.fill();
    silent_host silent(four(1));
    co_await silent.fill();
    auto all = [&](task_group& group) -> task<> {
      const std::vector addresses{six(1), four(1)};
      auto connecting = group.spawn(connect_and_measure, addresses);
      co_await sleep_for(500ms);
      co_await late.answer();
      outcome_of_connect made = co_await std::move(connecting);
      EXPECT_EQ(made.peer, six(1));
      EXPECT_EQ(made.took, 1s + handshake);  // it asks again after a second
    };
    co_await with_group(all);
  });
}

TEST(connect, the_losers_are_closed) {
  virtual_world world;
  loop_entry entered(world.loop());
  loop_runner::run(world.loop(), [](virtual_world& inside) -> task<> {
    silent_host silent(six(1));
    co_await silent.fill();
    listener other(four(1));
    const auto before = inside.driver().network_statistics().connections;
    const std::vector addresses{six(1), four(1)};
    tcp_stream made = co_await connect_to_any("host", addresses);
    EXPECT_EQ(inside.driver().network_statistics().connections, before + 1);
  }(world));
}

TEST(connect, the_delay_is_an_option) {
  run_virtual([]() -> task<> {
    silent_host silent(six(1));
    co_await silent.fill();
    listener other(four(1));
    const time_point start = now();
    const std::vector addresses{six(1), four(1)};
    co_await connect_to_any("host", addresses, {.attempt_delay = 10ms});
    EXPECT_EQ(now() - start, 10ms + handshake);
  });
}

TEST(connect, the_error_tells_of_each_address) {
  run_virtual([]() -> task<> {
    resolver::current().define("shop.example", {six(1), four(1)});
    std::string message =
        co_await message_of([]() -> task<> { co_await connect("shop.example", 80); });
    EXPECT_EQ(message,
              "connect shop.example:80 ([fd00::1]:80: Connection refused; 10.0.0.1:80: Connection "
              "refused): Connection refused");
    resolver::current().define("shop.example", {four(1)});
    message = co_await message_of([]() -> task<> { co_await connect("shop.example", 80); });
    EXPECT_EQ(message, "connect shop.example:80 (10.0.0.1:80): Connection refused");
    message = co_await message_of([]() -> task<> { co_await connect("10.0.0.1", 80); });
    EXPECT_EQ(message, "connect 10.0.0.1:80: Connection refused");
    message = co_await message_of([]() -> task<> { co_await connect("::1", 80); });
    EXPECT_EQ(message, "connect [::1]:80: Connection refused");
  });
}

TEST(connect, cancelled_anywhere_it_leaves_nothing_behind) {
  auto program = []() -> task<> {
    silent_host silent(six(1));
    co_await silent.fill();
    listener other(four(2));
    resolver::current().define("shop.example", {six(1), four(1), four(2)});
    tcp_stream made = co_await connect("shop.example", 80);
    EXPECT_EQ(made.peer(), four(2));
    co_await yield_now();
  };
  const std::size_t runs = pirn::testing::cancel_each_await(program);
  EXPECT_GT(runs, 8u);
}

class connect_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, connect_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(connect_test, a_host_is_reached_by_name) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    tcp_stream made = co_await connect("localhost", where.local().port());
    EXPECT_EQ(made.peer(), where.local());
  });
}

TEST_P(connect_test, an_address_that_refuses_is_no_obstacle) {
  on_loop([]() -> task<> {
    std::optional<listener> gone(std::in_place, loopback(0));
    const endpoint nobody = gone->local();
    gone.reset();
    listener where(loopback(0));
    const std::vector addresses{nobody, where.local()};
    tcp_stream made = co_await connect_to_any("host", addresses);
    EXPECT_EQ(made.peer(), where.local());
    std::string message =
        co_await message_of([&]() -> task<> { co_await connect("127.0.0.1", nobody.port()); });
    EXPECT_EQ(message, "connect " + nobody.to_string() + ": Connection refused");
  });
}

}  // namespace
