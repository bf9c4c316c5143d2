// preemptive_resource: random models go as in a model of SimPy's own code, step by step.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/simulation/preemptive_resource.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

struct process {
  duration arrival{};
  duration work{};
  int priority = 0;
  bool preempt = true;
};

enum class step : std::uint8_t { granted, done, preempted };

/// What happens: when, to which process, what.
using history = std::vector<std::tuple<duration, std::size_t, step>>;

/// simpy/resources/resource.py: a queue and a list of users in the order of their keys; a request
/// and a release each try the first in the queue, once.
class simpys_resource {
 public:
  explicit simpys_resource(std::size_t capacity) : capacity_(capacity) {}

  history run(const std::vector<process>& processes) {
    for (std::size_t each = 0; each < processes.size(); ++each) {
      events_.emplace(processes[each].arrival, event{each, false});
    }
    while (!events_.empty()) {
      const auto [time, next] = *events_.begin();
      events_.erase(events_.begin());
      now_ = time;
      const process& who = processes[next.process];
      if (!next.is_end) {
        queue_.push_back({{who.priority, time, !who.preempt}, next.process, {}, who.work});
        std::ranges::sort(queue_, {}, &request::key);
      } else {
        auto found = std::ranges::find(users_, next.process, &request::process);
        if (found == users_.end()) continue;  // was preempted
        history_.emplace_back(now_, next.process, step::done);
        users_.erase(found);
      }
      try_first();
    }
    return history_;
  }

 private:
  struct event {
    std::size_t process;
    bool is_end;
  };
  struct request {
    std::tuple<int, duration, bool> key;
    std::size_t process;
    duration since;
    duration work;
  };

  void try_first() {
    if (queue_.empty()) return;
    request first = queue_.front();
    const bool preempts = !std::get<2>(first.key);
    if (users_.size() >= capacity_ && preempts) {
      std::ranges::sort(users_, {}, &request::key);
      if (users_.back().key > first.key) {
        history_.emplace_back(now_, users_.back().process, step::preempted);
        users_.pop_back();
      }
    }
    if (users_.size() >= capacity_) return;
    queue_.erase(queue_.begin());
    first.since = now_;
    users_.push_back(first);
    events_.emplace(now_ + first.work, event{first.process, true});
    history_.emplace_back(now_, first.process, step::granted);
  }

  std::size_t capacity_;
  std::multimap<duration, event> events_;
  std::vector<request> queue_;
  std::vector<request> users_;
  duration now_{};
  history history_;
};

history run_with_pirn(std::size_t capacity, const std::vector<process>& processes) {
  history seen;
  run_virtual([&]() -> task<> {
    des::preemptive_resource machines(capacity);
    auto live = [&](std::size_t number) -> task<> {
      const process& me = processes[number];
      auto note = [&](step what) { seen.emplace_back(now().time_since_epoch(), number, what); };
      co_await sleep_for(me.arrival);
      try {
        auto grant = co_await machines.request({.priority = me.priority, .preempt = me.preempt});
        note(step::granted);
        co_await sleep_for(me.work);
        note(step::done);
      } catch (const des::preempted&) {
        note(step::preempted);
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      for (std::size_t each = 0; each < processes.size(); ++each) group.spawn(live, each);
      co_return;
    });
  });
  return seen;
}

/// Processes that meet now and then, never two at one moment.
std::vector<process> random_processes(random_source& random, bool all_preempt) {
  std::vector<process> made(40);
  for (process& each : made) {
    each.arrival = duration(random.below(40'000'000'000));
    each.work = duration(1 + random.below(4'000'000'000));
    each.priority = static_cast<int>(random.below(4));
    each.preempt = all_preempt || random.below(2) == 0;
  }
  return made;
}

/// In one moment the two may tell of it in different orders.
void expect_same(std::uint64_t seed, std::size_t capacity, bool all_preempt) {
  SCOPED_TRACE("seed " + std::to_string(seed) + ", capacity " + std::to_string(capacity));
  random_source random(seed);
  const std::vector<process> processes = random_processes(random, all_preempt);
  history expected = simpys_resource(capacity).run(processes);
  history seen = run_with_pirn(capacity, processes);
  std::ranges::sort(expected);
  std::ranges::sort(seen);
  EXPECT_EQ(seen, expected);
}

TEST(des_preemptive_rules, one_place_goes_as_in_simpy) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) expect_same(seed, 1, false);
}

TEST(des_preemptive_rules, several_places_go_as_in_simpy_where_all_preempt) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::size_t capacity : {2U, 3U, 5U}) expect_same(seed, capacity, true);
  }
}

}  // namespace
