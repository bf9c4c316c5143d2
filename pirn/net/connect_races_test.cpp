// Connects that are cancelled while they happen, by the thousand, on the kernel's drivers.
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/testing/census.hpp"

namespace {

using namespace pirn;
using namespace pirn::net;
using pirn::testing::census;

class connect_races_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, connect_races_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

constexpr int rounds = pirn::detail::sanitized ? 10 : 100;  // there each costs ten times as much
constexpr int races_a_round = 100;

struct tally {
  int connected = 0;
  int cancelled = 0;
  int reset = 0;  // the other side was faster still
};

/// Connects, unless so many turns of the loop are faster. A reset leaves no port behind.
task<> connect_or_not(endpoint where, int turns, tally& count) {
  std::optional<tcp_stream> made;
  bool was_reset = false;
  auto try_to = [&]() -> task<> {
    try {
      tcp_stream peer = co_await connect(where);
      peer.reset_on_close();
      made.emplace(std::move(peer));
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::connection_reset) throw;
      was_reset = true;
    }
  };
  auto wait = [&]() -> task<> {
    for (int turn = 0; turn < turns; ++turn) co_await yield_now();
  };
  co_await race(try_to(), wait());
  if (made) {
    ++count.connected;
  } else {
    ++(was_reset ? count.reset : count.cancelled);
  }
}

task<> take_all(listener& where) {
  for (;;) {
    tcp_stream peer = co_await where.accept();
    peer.reset_on_close();
  }
}

/// A listener whose queue is full: who connects to it waits.
struct silent_host {
  task<> fill() {
    for (;;) {
      auto made = co_await move_on_after(std::chrono::milliseconds(5), connect(where.local()));
      if (!made) co_return;
      made->reset_on_close();
      queued.push_back(*std::move(made));
    }
  }

  listener where{loopback(0), {.backlog = 1}};
  std::vector<tcp_stream> queued;
};

// Half of them end before they are cancelled, if they are fast; half cannot.
task<> race_them(tally& count) {
  listener where(loopback(0));
  silent_host silent;
  co_await silent.fill();
  co_await with_group([&](task_group& server) -> task<> {
    child<void> taking = server.start(take_all(where));
    for (int round = 0; round < rounds; ++round) {
      co_await with_group([&](task_group& group) -> task<> {
        for (int i = 0; i < races_a_round; ++i) {
          const endpoint to = i % 2 == 0 ? where.local() : silent.where.local();
          group.start(connect_or_not(to, (round + i) % 12, count));
        }
        co_return;
      });
    }
    taking.cancel();
  });
}

TEST_P(connect_races_test, ten_thousand_connects_are_cancelled_or_not_and_nothing_stays) {
  const census before;
  tally count;
  {
    runtime world({.driver = GetParam()});
    world.run(race_them(count));
    EXPECT_EQ(pirn::testing::held_by(world.driver()), "");
  }
  EXPECT_EQ(before.left_behind(), "");
  EXPECT_EQ(count.connected + count.cancelled + count.reset, rounds * races_a_round);
  EXPECT_GE(count.cancelled, rounds * races_a_round / 2);
}

}  // namespace
