// Simulated time as libraries with an event object do it: each event is a shared_ptr, has a list of
// callbacks, and waits in a priority queue of shared_ptrs; a process is a coroutine that a callback
// resumes.
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"

namespace {

struct event {
  std::int64_t when = 0;
  std::uint64_t sequence = 0;
  std::vector<std::function<void(event&)>> callbacks;
};

struct later {
  bool operator()(const std::shared_ptr<event>& a, const std::shared_ptr<event>& b) const noexcept {
    return a->when != b->when ? a->when > b->when : a->sequence > b->sequence;
  }
};

struct simulation {
  std::priority_queue<std::shared_ptr<event>, std::vector<std::shared_ptr<event>>, later> events;
  std::int64_t now = 0;
  std::uint64_t next = 0;
  std::uint64_t left = 0;
  bench::random source{1};

  std::shared_ptr<event> timeout(std::int64_t length) {
    auto made = std::make_shared<event>();
    made->when = now + length;
    made->sequence = next++;
    events.push(made);
    return made;
  }

  void run(std::uint64_t count) {
    left = count;
    while (left > 0) {
      const std::shared_ptr<event> due = events.top();
      events.pop();
      now = due->when;
      for (auto& callback : due->callbacks) callback(*due);
    }
  }
};

struct wait_for {
  std::shared_ptr<event> awaited;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) const {
    awaited->callbacks.push_back([self](event&) { self.resume(); });
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
    co_await wait_for{whole.timeout(length)};
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
