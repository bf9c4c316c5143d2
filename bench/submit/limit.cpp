// The least code that hands work to another thread: a ring that one thread fills and another
// drains, both spinning; a slot for a single task; and a loop split in two. A worker that waits for
// its own task takes it back from the slot.
#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "bench/submit/work.hpp"

namespace {

/// Spins until `done()`; gives way now and then, since the other thread may not be running.
template <class Done>
void spin_until(Done done) {
  for (unsigned spins = 1; !done(); ++spins) {
    asm volatile("pause");
    if (spins % 256 == 0) std::this_thread::yield();
  }
}

struct task {
  std::uint64_t (*function)(std::uint64_t);
  std::uint64_t argument;
  std::uint64_t* result;

  void run() const { *result = function(argument); }
};

/// One thread pushes, one thread runs what it finds; each side's count has a cache line of its own.
class ring {
 public:
  void push(const task& pushed) noexcept {
    const std::uint64_t place = pushed_.load(std::memory_order_relaxed);  // only this thread writes
    spin_until([&] { return place - run_.load(std::memory_order_acquire) < places_.size(); });
    places_[place % places_.size()] = pushed;
    pushed_.store(place + 1, std::memory_order_release);  // pairs with run_all's acquire
  }
  void wait_for_all() const noexcept {
    const std::uint64_t all = pushed_.load(std::memory_order_relaxed);
    spin_until([&] { return run_.load(std::memory_order_acquire) == all; });
  }
  void run_all() noexcept {
    std::uint64_t place = 0;
    spin_until([&] {
      while (place != pushed_.load(std::memory_order_acquire)) {
        places_[place % places_.size()].run();
        run_.store(++place,
                   std::memory_order_release);  // pairs with the acquires of the other side
      }
      return closed_.load(std::memory_order_relaxed);
    });
  }
  void close() noexcept { closed_ = true; }

 private:
  alignas(64) std::atomic<std::uint64_t> pushed_{0};
  alignas(64) std::atomic<std::uint64_t> run_{0};
  alignas(64) std::array<task, 1'024> places_;
  std::atomic<bool> closed_{false};
};

/// Calls `with` on this thread while another drains the ring.
template <class With>
bench::elapsed beside_a_worker(With with) {
  ring tasks;
  std::thread worker{[&] { tasks.run_all(); }};
  const bench::elapsed took = with(tasks);
  tasks.close();
  worker.join();
  return took;
}

bench::elapsed batched(std::uint64_t count) {
  return beside_a_worker([count](ring& tasks) {
    std::vector<std::uint64_t> results(bench::batch);
    return bench::timed(count, bench::batch, bench::batch_sum, [&] {
      for (std::uint64_t i = 0; i < bench::batch; ++i) {
        tasks.push({bench::add_one, i, &results[i]});
      }
      tasks.wait_for_all();
      std::uint64_t sum = 0;
      for (const std::uint64_t each : results) sum += each;
      return sum;
    });
  });
}

bench::elapsed one_plain(std::uint64_t count) {
  return beside_a_worker([count](ring& tasks) {
    return bench::timed(count, 1, 2, [&] {
      std::uint64_t result = 0;
      tasks.push({bench::add_one, 1, &result});
      tasks.wait_for_all();
      return result;
    });
  });
}

bench::elapsed one_worker(std::uint64_t count) {
  std::atomic<const task*> slot{nullptr};  // where a thief would find it
  return bench::timed(count, 1, 2, [&] {
    std::uint64_t result = 0;
    const task mine{bench::add_one, 1, &result};
    slot.store(&mine, std::memory_order_release);
    if (const task* taken = slot.exchange(nullptr)) taken->run();
    return result;
  });
}

bench::elapsed map_chunk(std::uint64_t count) {
  std::vector<std::uint64_t> results(bench::map_elements);
  return bench::timed(count, bench::map_elements, bench::map_sum, [&] {
    const auto fill = [&results](std::uint64_t first, std::uint64_t last) {
      for (std::uint64_t i = first; i < last; ++i) results[i] = bench::mix(i);
    };
    std::thread other{fill, bench::map_elements / 2, bench::map_elements};
    fill(0, bench::map_elements / 2);
    other.join();
    std::uint64_t sum = 0;
    for (const std::uint64_t each : results) sum += each;
    return sum;
  });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_submit(argc, argv, batched, one_plain, one_worker, map_chunk);
}
