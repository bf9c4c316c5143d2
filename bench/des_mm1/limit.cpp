// The least coroutine code for a queue with one server on virtual time: a binary heap of sleeping
// coroutines, which nobody can cancel, and a list of waiting customers.
//
// Every subject uses the same shape, at a load of 0.8. store: one process has customers come, and
// puts their times of arrival in a line, another serves them. resource: each customer is a process,
// which waits for the server. One operation is one customer, the two random numbers included.
#include <algorithm>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"
#include "bench/des_mm1/times.hpp"

namespace {

struct process {
  struct promise_type : bench::pooled_frame {
    process get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

struct due {
  std::int64_t when;
  std::uint64_t order;
  std::coroutine_handle<> frame;
  bool operator>(const due& other) const noexcept {
    return std::tie(when, order) > std::tie(other.when, other.order);
  }
};

class clock {
 public:
  std::int64_t now() const noexcept { return now_; }
  void wake_at(std::int64_t when, std::coroutine_handle<> frame) {
    heap_.push_back({when, ++last_order_, frame});
    std::ranges::push_heap(heap_, std::greater<>());
  }
  void run() {
    while (!heap_.empty()) {
      std::ranges::pop_heap(heap_, std::greater<>());
      const due next = heap_.back();
      heap_.pop_back();
      now_ = next.when;
      next.frame.resume();
    }
  }

 private:
  std::vector<due> heap_;
  std::uint64_t last_order_ = 0;
  std::int64_t now_ = 0;
};

clock world;

struct sleep {
  std::int64_t length;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) const {
    world.wake_at(world.now() + length, self);
  }
  void await_resume() const noexcept {}
};

/// The line and the one who serves it.
struct line {
  std::deque<std::int64_t> items;
  std::coroutine_handle<> server;

  void put(std::int64_t item) {
    items.push_back(item);
    if (server) world.wake_at(world.now(), std::exchange(server, nullptr));
  }
  struct get_step {
    line& from;
    bool await_ready() const noexcept { return !from.items.empty(); }
    void await_suspend(std::coroutine_handle<> self) const noexcept { from.server = self; }
    std::int64_t await_resume() const {
      const std::int64_t item = from.items.front();
      from.items.pop_front();
      return item;
    }
  };
  get_step get() noexcept { return {*this}; }
};

process arrive(line& customers, std::uint64_t count) {
  bench::exponential next(1, bench::between_arrivals_ns);
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await sleep{next()};
    customers.put(world.now());
  }
}

process serve(line& customers, std::uint64_t count) {
  bench::exponential work(2, bench::service_ns);
  std::int64_t in_system_ns = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::int64_t arrival = co_await customers.get();
    co_await sleep{work()};
    in_system_ns += world.now() - arrival;
  }
  bench::keep(in_system_ns);
}

/// One place, and those who wait for it.
struct place {
  std::deque<std::coroutine_handle<>> waiting;
  bool in_use = false;

  struct request_step {
    place& wanted;
    bool await_ready() const noexcept { return !std::exchange(wanted.in_use, true); }
    void await_suspend(std::coroutine_handle<> self) const { wanted.waiting.push_back(self); }
    void await_resume() const noexcept {}
  };
  request_step request() noexcept { return {*this}; }
  void release() {
    if (waiting.empty()) {
      in_use = false;
      return;
    }
    world.wake_at(world.now(), waiting.front());
    waiting.pop_front();
  }
};

process be_served(place& server, std::int64_t work_ns, std::int64_t& in_system_ns) {
  const std::int64_t arrival = world.now();
  co_await server.request();
  co_await sleep{work_ns};
  in_system_ns += world.now() - arrival;
  server.release();
}

process send_customers(place& server, std::int64_t& in_system_ns, std::uint64_t count) {
  bench::exponential next(1, bench::between_arrivals_ns);
  bench::exponential work(2, bench::service_ns);
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await sleep{next()};
    be_served(server, work(), in_system_ns);
  }
}

std::int64_t store(std::uint64_t count) {
  line customers;
  const std::int64_t start = bench::cpu_now_ns();
  arrive(customers, count);
  serve(customers, count);
  world.run();
  return bench::cpu_now_ns() - start;
}

std::int64_t resource(std::uint64_t count) {
  place server;
  std::int64_t in_system_ns = 0;
  const std::int64_t start = bench::cpu_now_ns();
  send_customers(server, in_system_ns, count);
  world.run();
  bench::keep(in_system_ns);
  return bench::cpu_now_ns() - start;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"store", store}, {"resource", resource}});
}
