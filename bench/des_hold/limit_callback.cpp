// Simulated time by hand with callbacks: std::priority_queue of (moment, sequence, call), where a
// call is a function and its data, and each call plans the next one. Nothing can be taken back.
#include <queue>
#include <vector>

#include "bench/common/measure.hpp"

namespace {

struct event {
  std::int64_t when;
  std::uint64_t sequence;
  void (*call)(void*);
  void* data;

  bool operator<(const event& other) const noexcept {  // the queue's greatest is the first
    return when != other.when ? when > other.when : sequence > other.sequence;
  }
};

class clock {
 public:
  std::int64_t now() const noexcept { return now_; }

  void after(std::int64_t length, void (*call)(void*), void* data) {
    events_.push({now_ + length, next_++, call, data});
  }

  void step() {
    const event due = events_.top();
    events_.pop();
    now_ = due.when;
    due.call(due.data);
  }

 private:
  std::priority_queue<event> events_;
  std::int64_t now_ = 0;
  std::uint64_t next_ = 0;
};

struct simulation {
  clock time;
  bench::random source{1};
  std::uint64_t left = 0;
};

struct process {
  simulation* whole;

  void sleep() {
    const auto length = static_cast<std::int64_t>(1 + (whole->source.next() >> 44));
    whole->time.after(length, [](void* self) { static_cast<process*>(self)->wake(); }, this);
  }
  void wake() {
    --whole->left;
    sleep();
  }
};

void run(simulation& whole, std::uint64_t events) {
  whole.left = events;
  while (whole.left > 0) whole.time.step();
}

template <std::size_t Processes>
std::int64_t hold(std::uint64_t count) {
  simulation whole;
  std::vector<process> processes(Processes, process{&whole});
  for (process& each : processes) each.sleep();
  run(whole, Processes);
  const std::int64_t start = bench::cpu_now_ns();
  run(whole, count);
  return bench::cpu_now_ns() - start;
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
