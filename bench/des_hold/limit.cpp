// The least code for simulated time: one binary heap of (moment, process), and the event's end and
// its successor in one step, a pop that is a push. Processes are numbers, nothing is called.
//
// Every subject has the same cases: so many processes, each of which sleeps for random lengths of 1
// to 2^20 ticks; one operation is one sleep, from its start to the wake at its end. Each process
// has slept once before the clock starts to be looked at.
#include <vector>

#include "bench/common/measure.hpp"

namespace {

struct entry {
  std::int64_t when;
  std::uint32_t sequence;
  std::uint32_t process;
};

bool before(entry a, entry b) noexcept {
  return a.when != b.when ? a.when < b.when : a.sequence < b.sequence;
}

class clock {
 public:
  explicit clock(std::size_t processes) {
    for (std::size_t i = 0; i < processes; ++i) {
      heap_.push_back({length(), next_++, static_cast<std::uint32_t>(i)});
      rise(heap_.size() - 1);
    }
  }

  void run(std::uint64_t events) {
    for (std::uint64_t i = 0; i < events; ++i) {
      entry due = heap_.front();
      now_ = due.when;
      due.when = now_ + length();
      due.sequence = next_++;
      sink(due);
    }
    bench::keep(now_);
  }

 private:
  std::int64_t length() noexcept { return static_cast<std::int64_t>(1 + (source_.next() >> 44)); }

  void rise(std::size_t hole) noexcept {
    const entry moved = heap_[hole];
    for (; hole > 0 && before(moved, heap_[(hole - 1) / 2]); hole = (hole - 1) / 2) {
      heap_[hole] = heap_[(hole - 1) / 2];
    }
    heap_[hole] = moved;
  }

  void sink(entry moved) noexcept {
    const std::size_t size = heap_.size();
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && before(heap_[child + 1], heap_[child])) ++child;
      if (before(moved, heap_[child])) break;
      heap_[hole] = heap_[child];
      hole = child;
    }
    heap_[hole] = moved;
  }

  std::vector<entry> heap_;
  std::int64_t now_ = 0;
  std::uint32_t next_ = 0;
  bench::random source_{1};
};

template <std::size_t Processes>
std::int64_t hold(std::uint64_t count) {
  clock all(Processes);
  all.run(Processes);
  const std::int64_t start = bench::cpu_now_ns();
  all.run(count);
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
