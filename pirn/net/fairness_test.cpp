// A connection that always has data starves nobody, neither another connection nor a timer; and no
// deadline overtakes what came before it.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "pirn/core/cancelled.hpp"
#include "pirn/net/connected_test.hpp"

namespace pirn::net {

namespace {

using namespace std::chrono_literals;

class standstill_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, standstill_test, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

task<bool> is_read_in_time(tcp_stream& from, duration limit) {
  const std::optional<lease> chunk = co_await move_on_after(limit, from.read());
  co_return chunk.has_value();
}

TEST_P(standstill_test, what_came_before_a_deadline_is_not_late_because_the_loop_stood_still) {
  on_loop([]() -> task<> {
    std::vector<both_ends> all;
    for (int i = 0; i < 300; ++i) {
      both_ends ends = co_await connected();
      all.push_back(std::move(ends));
    }
    std::vector<child<bool>> reads;
    co_await with_group([&](task_group& group) -> task<> {
      for (both_ends& each : all) {
        reads.push_back(group.start(is_read_in_time(each.server, 1s)));
      }
      co_await sleep_for(1ms);  // all wait
      for (both_ends& each : all) each.client.raw().send_at_once(std::as_bytes(std::span("x", 1)));
      std::this_thread::sleep_for(1100ms);  // the loop's thread does something else
    });
    const auto in_time = std::ranges::count_if(reads, [](auto& each) { return each.result(); });
    EXPECT_EQ(in_time, std::ssize(all));
  });
}

/// How the greedy connection is used.
enum class greed : std::uint8_t {
  single_bytes,    // of a socket whose buffer is full: every call succeeds at once
  small_messages,  // the kernel may put them into buffers of its choice
  bursts,
};

struct circumstances {
  driver_choice driver;
  greed how;
};

std::vector<circumstances> all_circumstances() {
  std::vector<circumstances> all;
  for (const driver_choice driver : pirn::testing::working_drivers()) {
    if (driver == driver_choice::virtual_time) continue;  // there all takes no time
    for (const greed how : {greed::single_bytes, greed::small_messages, greed::bursts}) {
      all.push_back({driver, how});
    }
  }
  return all;
}

std::string name_of(const ::testing::TestParamInfo<circumstances>& info) {
  const std::string driver = info.param.driver == driver_choice::epoll ? "epoll" : "io_uring";
  switch (info.param.how) {
    case greed::single_bytes:
      return driver + "_single_bytes";
    case greed::small_messages:
      return driver + "_small_messages";
    case greed::bursts:
      return driver + "_bursts";
  }
  return driver;
}

task<> write_for_ever(tcp_stream& to, std::size_t size_bytes) {
  const std::string much(size_bytes, 'x');
  for (;;) co_await to.write_all(much);
}

task<> read_bytes_for_ever(tcp_stream& from, std::uint64_t& reads) {
  std::array<std::byte, 1> room{};
  for (;; ++reads) co_await from.read_some(room);
}

task<> read_for_ever(tcp_stream& from, std::uint64_t& reads) {
  for (;; ++reads) co_await from.read();
}

task<> echo_for_ever(tcp_stream& peer) {
  for (;;) {
    const lease chunk = co_await peer.read();
    co_await peer.write_all(chunk);
  }
}

class fairness_test : public ::testing::TestWithParam<circumstances> {
 protected:
  // A poll comes at the latest after 1,024 calls and the rest of a turn, in which a task completes
  // 128 operations; what is waited for here takes a few polls.
  static constexpr std::uint64_t reads_at_most = 4 * (1024 + 128);

  static std::size_t size_of_writes() {
    return GetParam().how == greed::small_messages ? 50 : 64 << 10;
  }

  /// Runs `other(ends, reads)` beside the greedy connection.
  template <class Other>
  void beside_greed(Other other) {
    const auto body = [&]() -> task<> {
      both_ends greedy = co_await connected();
      both_ends modest = co_await connected();
      std::uint64_t reads = 0;
      co_await with_group([&](task_group& group) -> task<> {
        group.spawn(write_for_ever, std::ref(greedy.client), size_of_writes());
        if (GetParam().how == greed::single_bytes) {
          group.spawn(read_bytes_for_ever, std::ref(greedy.server), std::ref(reads));
        } else {
          group.spawn(read_for_ever, std::ref(greedy.server), std::ref(reads));
        }
        co_await other(group, modest, reads);
        group.cancel();
      });
      EXPECT_GT(reads, 0U);
    };
    run({.driver = GetParam().driver}, [&] { return timeout(20s, body()); });
  }
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(drivers, fairness_test, ::testing::ValuesIn(all_circumstances()), name_of);

TEST_P(fairness_test, a_connection_that_always_has_data_does_not_starve_another) {
  const auto round_trips = [](task_group& group, both_ends& modest,
                              std::uint64_t& reads) -> task<> {
    group.spawn(echo_for_ever, std::ref(modest.server));
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t before = reads;
      co_await modest.client.write_all("hello");
      const lease answer = co_await modest.client.read();
      EXPECT_EQ(answer.text(), "hello");
      EXPECT_LE(reads - before, reads_at_most);
    }
  };
  beside_greed(round_trips);
}

TEST_P(fairness_test, a_connection_that_always_has_data_does_not_hold_up_timers) {
  const auto sleeps = [](task_group&, both_ends&, std::uint64_t& reads) -> task<> {
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t before = reads;
      co_await sleep_for(1ns);
      EXPECT_LE(reads - before, reads_at_most);
    }
  };
  beside_greed(sleeps);
}

}  // namespace pirn::net
