// Simulated time by hand with coroutines: std::priority_queue of (moment, sequence, coroutine), and
// an awaitable that puts its coroutine there. No cancelling, no names, no errors, no other waits.
#include <coroutine>
#include <exception>
#include <queue>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"

namespace {

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
    left = count;
    while (left > 0) {
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
    process get_return_object() noexcept {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
  std::coroutine_handle<> frame;
};

process sleep_for_ever(simulation& whole) {
  for (;;) {
    const auto length = static_cast<std::int64_t>(1 + (whole.source.next() >> 44));
    co_await sleep_for{whole, length};
    --whole.left;
  }
}

template <std::size_t Processes>
std::int64_t hold(std::uint64_t count) {
  simulation whole;
  std::vector<process> processes;
  for (std::size_t i = 0; i < Processes; ++i) processes.push_back(sleep_for_ever(whole));
  whole.run(Processes);
  const std::int64_t start = bench::cpu_now_ns();
  whole.run(count);
  const std::int64_t took = bench::cpu_now_ns() - start;
  for (process each : processes) each.frame.destroy();
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"1", hold<1>},
                     {"10", hold<10>},
                     {"1000", hold<1'000>},
                     {"100000", hold<100'000>},
                     {"1000000", hold<1'000'000>, 5'000'000}});
}
