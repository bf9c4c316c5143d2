// A million sleeping coroutines by hand: a frame of the compiler's with nothing of ours in it, and
// an entry (moment, sequence, coroutine) of a binary heap. No cancelling, no names, no errors, no
// result, nobody to wait for them.
#include <coroutine>
#include <exception>
#include <queue>
#include <vector>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"
#include "bench/common/resident.hpp"

namespace {

constexpr std::size_t processes = 1'000'000;

struct event {
  std::int64_t when;
  std::uint64_t sequence;
  std::coroutine_handle<> process;

  bool operator<(const event& other) const noexcept {  // the queue's greatest is the first
    return when != other.when ? when > other.when : sequence > other.sequence;
  }
};

struct simulation {
  std::priority_queue<event> events;
  std::int64_t now = 0;
  std::uint64_t next = 0;
  std::uint64_t left = 0;
  bench::random source{1};

  void run(std::uint64_t count) {
    for (left = count; left > 0;) {
      const event due = events.top();
      events.pop();
      now = due.when;
      due.process.resume();
    }
  }
};

struct sleep_for {
  simulation& whole;
  std::int64_t length;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) const {
    whole.events.push({whole.now + length, whole.next++, self});
  }
  void await_resume() const noexcept {}
};

struct process {
  struct promise_type : bench::pooled_frame {
    process get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

process sleep_for_ever(simulation& whole) {
  for (;;) {
    const auto length = static_cast<std::int64_t>(1 + (whole.source.next() >> 44));
    co_await sleep_for{whole, length};
    --whole.left;
  }
}

}  // namespace

int main() {
  simulation whole;
  const std::size_t before = bench::resident_bytes();
  for (std::size_t i = 0; i < processes; ++i) sleep_for_ever(whole);
  whole.run(3 * processes);
  const std::size_t grown = bench::resident_bytes() - before;
  std::printf("{\"unit\":\"B\",\"value\":%.1f}\n", static_cast<double>(grown) / processes);
}
