// channel and run_on under load: nothing is lost or doubled, also when waits are cancelled, threads
// give up, and loops end.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/channel.hpp"
#include "pirn/exec/other_loop_test.hpp"
#include "pirn/exec/run_on.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

constexpr std::uint64_t seed = 7;

/// Counts how often each of some numbers was seen, from any thread.
class tally {
 public:
  explicit tally(int count) : seen_(static_cast<std::size_t>(count)) {}
  void see(int number) { ++seen_[static_cast<std::size_t>(number)]; }
  void expect_each_once() const {
    for (std::size_t i = 0; i < seen_.size(); ++i) EXPECT_EQ(seen_[i], 1) << i << " seed " << seed;
  }

 private:
  std::vector<std::atomic<int>> seen_;
};

constexpr int items_each = 2'000;

// Two loops and two threads send, as many receive; loops give up waits at random, threads after no
// time at all, and try again.
TEST(channel_stress, nothing_is_lost_or_doubled_when_waits_are_given_up) {
  channel<int> items(4);
  tally seen(4 * items_each);
  std::atomic<int> senders = 4;
  auto sent_all = [&] {
    if (--senders == 0) items.close();
  };
  auto send_here = [&](int first) -> task<> {
    random_source chance(seed + static_cast<std::uint64_t>(first));
    for (int item = first; item < first + items_each;) {
      const duration limit = std::chrono::microseconds(chance.below(20));
      bool sent = co_await move_on_after(limit, items.send(item));
      if (sent) ++item;
    }
    sent_all();
  };
  auto receive_here = [&]() -> task<> {
    random_source chance(seed);
    for (;;) {
      const duration limit = std::chrono::microseconds(chance.below(20));
      std::optional<std::optional<int>> got = co_await move_on_after(limit, items.receive());
      if (!got) continue;
      if (!*got) co_return;
      seen.see(**got);
    }
  };
  auto send_blocking = [&](int first) {
    for (int item = first; item < first + items_each;) {
      try {
        items.blocking_send(item, 1us);
        ++item;
      } catch (const timeout_error&) {
      }
    }
    sent_all();
  };
  auto receive_blocking = [&] {
    for (;;) {
      try {
        std::optional<int> item = items.blocking_receive(1us);
        if (!item) return;
        seen.see(*item);
      } catch (const timeout_error&) {
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i : {0, 1}) {
      threads.emplace_back([&, i] { send_blocking(i * items_each); });
      threads.emplace_back(receive_blocking);
    }
    run({.workers = 2}, [&](worker me) -> task<> {
      const int first = (2 + static_cast<int>(me.index())) * items_each;
      co_await with_group([&](task_group& group) {
        group.spawn(send_here, first);
        group.spawn(receive_here);
      });
    });
  }
  seen.expect_each_once();
}

TEST(channel_stress, may_end_when_its_last_item_was_received) {
  for (int round = 0; round < 300; ++round) {
    auto items = std::make_unique<channel<int>>(1);
    std::jthread sender([&items = *items] { items.blocking_send(1); });
    EXPECT_EQ(items->blocking_receive(), 1);
    items.reset();
  }
}

// One loop after another ends while tasks of two others call it; some are cancelled on the way.
// Each call ends with its result, an error that says that the loop has gone, or by its cancel.
TEST(run_on_stress, calls_of_loops_that_end_are_neither_lost_nor_left_behind) {
  constexpr int rounds = 40;
  constexpr int calls_each = 60;
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  std::atomic<int> outcomes = 0;
  for (int round = 0; round < rounds; ++round) {
    other_loop other;
    auto work = [&](duration pause) -> task<int> {
      ++begun;
      const scope_exit counted([&] { ++ended; });
      co_await sleep_for(pause);
      co_return 1;
    };
    auto call = [&](duration pause, duration limit) -> task<> {
      try {
        co_await move_on_after(limit, run_on(other.handle(), work, pause));
      } catch (const loop_ended&) {
      } catch (const future_cancelled&) {
      }
      ++outcomes;
    };
    run({.workers = 2}, [&, round](worker me) -> task<> {
      random_source chance(seed + static_cast<std::uint64_t>(round));
      co_await with_group([&](task_group& group) -> task<> {
        for (int i = 0; i < calls_each; ++i) {
          const duration pause = std::chrono::microseconds(chance.below(100));
          const duration limit = std::chrono::microseconds(chance.below(200));
          group.spawn(call, pause, limit);
          if (i == calls_each / 2 && me.index() == 0) other.begin_end();
          co_await yield_now();
        }
      });
    });
  }
  EXPECT_EQ(begun, ended);
  EXPECT_EQ(outcomes, rounds * 2 * calls_each);
}

}  // namespace
