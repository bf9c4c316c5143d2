// The least code for timers: a four-way heap of (deadline, node) with the entry's index in the
// node. Timers of one instant keep the order in which they were armed, as every loop here promises.
//
// Every subject has the same cases. `latest`: 100,000 timers wait, one with the latest deadline is
// armed and cancelled. `random`: the same with a random deadline. `shuffled`: 100,000 are armed,
// then cancelled in random order. One operation is one arm and one cancel. `sleeps`: a million
// sleeps of 1 to 1,000 ms, all outstanding at once, run to their end; one operation is one sleep,
// from making it to its wake.
#include <coroutine>
#include <exception>
#include <numeric>
#include <utility>
#include <vector>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"

namespace {

constexpr std::size_t pending_count = 100'000;

struct timer {
  std::uint32_t index = 0;
  std::uint64_t sequence = 0;
  std::coroutine_handle<> frame;
};

// Arm and cancel are calls, since a program arms its timers in many places and not in one loop.
class timer_heap {
 public:
  [[gnu::noinline]] void arm(timer& node, std::int64_t deadline) {
    node.sequence = ++last_sequence_;
    entries_.push_back({deadline, &node});
    rise(entries_.size() - 1, {deadline, &node});
  }

  [[gnu::noinline]] void cancel(timer& node) noexcept {
    const std::size_t hole = node.index;
    const entry moved = entries_.back();
    entries_.pop_back();
    if (hole == entries_.size()) return;
    if (hole > 0 && before(moved, entries_[parent(hole)])) {
      rise(hole, moved);
    } else {
      sink(hole, moved);
    }
  }

  bool empty() const noexcept { return entries_.empty(); }
  std::int64_t next_deadline() const noexcept { return entries_.front().deadline; }
  timer& next() const noexcept { return *entries_.front().node; }

 private:
  struct entry {
    std::int64_t deadline;
    timer* node;
  };
  static bool before(entry a, entry b) noexcept {
    if (a.deadline != b.deadline) [[likely]]
      return a.deadline < b.deadline;
    return a.node->sequence < b.node->sequence;
  }
  static std::size_t parent(std::size_t i) noexcept { return (i - 1) / 4; }

  void put(std::size_t i, entry moved) noexcept {
    entries_[i] = moved;
    moved.node->index = static_cast<std::uint32_t>(i);
  }
  void rise(std::size_t i, entry moved) noexcept {
    while (i > 0 && before(moved, entries_[parent(i)])) {
      put(i, entries_[parent(i)]);
      i = parent(i);
    }
    put(i, moved);
  }
  void sink(std::size_t i, entry moved) noexcept {
    const std::size_t size = entries_.size();
    for (std::size_t first = 4 * i + 1; first < size; first = 4 * i + 1) {
      std::size_t least = first;
      const std::size_t end = first + 4 < size ? first + 4 : size;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (before(entries_[child], entries_[least])) least = child;
      }
      if (before(moved, entries_[least])) break;
      put(i, entries_[least]);
      i = least;
    }
    put(i, moved);
  }

  std::vector<entry> entries_;
  std::uint64_t last_sequence_ = 0;
};

std::int64_t now_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

std::int64_t deadline_from(std::uint64_t random) noexcept {
  return static_cast<std::int64_t>(random >> 20);
}

struct pending {
  timer_heap heap;
  std::vector<timer> nodes = std::vector<timer>(pending_count);
  bench::random source{1};

  pending() {
    for (timer& node : nodes) heap.arm(node, deadline_from(source.next()));
  }
};

std::int64_t latest(std::uint64_t count) {
  pending all;
  timer node;
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    all.heap.arm(node, INT64_MAX / 2 + static_cast<std::int64_t>(i));
    all.heap.cancel(node);
  }
  return bench::cpu_now_ns() - start;
}

std::int64_t random_deadline(std::uint64_t count) {
  pending all;
  timer node;
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    all.heap.arm(node, deadline_from(all.source.next()));
    all.heap.cancel(node);
  }
  return bench::cpu_now_ns() - start;
}

std::int64_t shuffled(std::uint64_t count) {
  timer_heap heap;
  std::vector<timer> nodes(pending_count);
  std::vector<std::uint32_t> order(pending_count);
  std::iota(order.begin(), order.end(), 0u);
  bench::random source{2};
  for (std::size_t i = pending_count; i-- > 1;) std::swap(order[i], order[source.next() % (i + 1)]);

  std::int64_t took = 0;
  std::uint64_t done = 0;
  for (; done < count; done += pending_count) {
    const std::int64_t start = bench::cpu_now_ns();
    for (timer& node : nodes) heap.arm(node, deadline_from(source.next()));
    for (std::uint32_t i : order) heap.cancel(nodes[i]);
    took += bench::cpu_now_ns() - start;
  }
  return took * static_cast<std::int64_t>(count) / static_cast<std::int64_t>(done);
}

timer_heap sleepers;

struct sleep_until {
  std::int64_t deadline;
  timer node{};
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    node.frame = self;
    sleepers.arm(node, deadline);
  }
  void await_resume() noexcept {}
};

struct task {
  struct promise_type : bench::pooled_frame {
    task get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

task sleep_once(std::int64_t deadline, std::uint64_t& woken) {
  co_await sleep_until{deadline};
  ++woken;
}

std::int64_t sleeps(std::uint64_t count) {
  bench::random source{3};
  std::uint64_t woken = 0;
  const std::int64_t start = bench::cpu_now_ns();
  const std::int64_t base_ns = now_ns();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t sleep_ms = 1 + source.next() % 1'000;
    sleep_once(base_ns + static_cast<std::int64_t>(sleep_ms) * 1'000'000, woken);
  }
  while (!sleepers.empty()) {
    const std::int64_t wait_ns = sleepers.next_deadline() - now_ns();
    if (wait_ns > 0) {
      const timespec pause{wait_ns / 1'000'000'000, wait_ns % 1'000'000'000};
      nanosleep(&pause, nullptr);
      continue;
    }
    timer& due = sleepers.next();
    sleepers.cancel(due);
    due.frame.resume();
  }
  const std::int64_t took = bench::cpu_now_ns() - start;
  if (woken != count) std::abort();
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"latest", latest},
                     {"random", random_deadline},
                     {"shuffled", shuffled},
                     {"sleeps", sleeps, 1'000'000}});
}
