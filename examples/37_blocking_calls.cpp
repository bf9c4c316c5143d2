// blocking calls: threads wait in them, and the loop goes on meanwhile.
#include <latch>
#include <semaphore>
#include <stop_token>
#include <string>
#include <thread>
#include <tuple>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

// Stands for a call into a library that blocks: it returns when the bell has rung three times.
std::string listen(std::counting_semaphore<>& bell) {
  for (int i = 0; i < 3; ++i) bell.acquire();
  return "three strokes";
}

pirn::task<> ring(std::counting_semaphore<>& bell) {
  for (int i = 1; i <= 3; ++i) {
    co_await pirn::sleep_for(1ms);
    fmt::print("the loop rings: {}\n", i);
    bell.release();
  }
}

// Called by the task itself, listen() would stop the loop, and nobody would ring. to_thread() calls
// it on a thread that the loop keeps for this.
pirn::task<> on_a_thread_of_the_loop() {
  std::counting_semaphore<> bell{0};
  auto listening = pirn::to_thread(listen, std::ref(bell));
  auto both = co_await pirn::gather(std::move(listening), ring(bell));
  fmt::print("a thread heard {}\n", std::get<0>(both));
}

// Nothing ends a call that runs. One that takes a std::stop_token first is asked to end, when its
// task is cancelled; the task waits until it has.
int search(std::stop_token stop, std::latch& begun) {
  begun.count_down();
  int looked_at = 0;
  for (; !stop.stop_requested(); ++looked_at) std::this_thread::sleep_for(1ms);
  fmt::print("the search was asked to stop\n");
  return looked_at;
}

pirn::task<> on_a_pool(pirn::thread_pool& pool) {
  std::latch begun{1};
  co_await pirn::with_group([&](pirn::task_group& group) -> pirn::task<> {
    auto searching = group.spawn([&]() -> pirn::task<> {
      co_await pool.run(search, std::ref(begun));  // run_in_executor(), for a pool of threads
    });
    co_await pirn::to_thread([&] { begun.wait(); });
    searching.cancel();
  });
}

// ---- on the pool: a call that blocks keeps the thread on which others might be made ----

// The two calls meet, and the pool has one thread: the first says that it is going to block, so
// another thread takes its place until it goes on. submit_blocking() says it of a whole call.
void meet(pirn::thread_pool& pool) {
  std::binary_semaphore has_come{0};
  pirn::future<std::string> one = pool.submit([&] {
    std::string said = "one waits";
    {
      const pirn::blocking_hint hint;
      has_come.acquire();
    }
    return said + ", and goes on";
  });
  pirn::future<std::string> other = pool.submit([&] {
    has_come.release();
    return std::string("the other comes");
  });
  fmt::print("{}; {}\n", one.result(), other.result());

  pirn::future<void> all_of_it = pool.submit_blocking([&] { has_come.acquire(); });
  pool.submit([&] { has_come.release(); });
  all_of_it.result();
  fmt::print("they met twice\n");
}

int main() {
  pirn::thread_pool pool{1};
  pirn::run(on_a_thread_of_the_loop);
  pirn::run(on_a_pool, std::ref(pool));
  meet(pool);
}

// Output:
// the loop rings: 1
// the loop rings: 2
// the loop rings: 3
// a thread heard three strokes
// the search was asked to stop
// one waits, and goes on; the other comes
// they met twice
