// exec without memory: what fails says so where it can be caught, and no call is lost.
//
// Method. operator new of this program fails on a thread, or on all, when it is told to. A piece of
// work is done again and again, each time with one more allocation allowed before the failure,
// until it needs no more than that: so every allocation that it makes has failed once.
#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/parallel.hpp"
#include "pirn/exec/thread_pool.hpp"

namespace {

constexpr long unlimited = std::numeric_limits<long>::max() / 2;
constinit thread_local long left_here = unlimited;  // allocations of this thread until they fail
constinit std::atomic<long> left_elsewhere{unlimited};  // of the threads that did not set theirs

bool may_allocate() noexcept {
  if (left_here != unlimited) return left_here > 0 && left_here-- > 0;
  if (left_elsewhere.load() == unlimited) return true;
  return left_elsewhere.fetch_sub(1) > 0;
}

}  // namespace

// Not inlined: GCC warns of a free() that meets a new.
[[gnu::noinline]] void* operator new(std::size_t size_bytes) {
  if (may_allocate()) {
    if (void* memory = std::malloc(size_bytes)) return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size_bytes*/) noexcept {
  std::free(memory);
}

namespace {

using namespace pirn;

/// Calls `work` on this thread with no, one, two... allocations until they fail.
void fail_each_allocation(const std::function<void()>& work) {
  bool failed = true;
  for (long allowed = 0; failed && !::testing::Test::HasFailure(); ++allowed) {
    left_here = allowed;
    try {
      work();
      failed = false;
    } catch (const std::bad_alloc&) {
    }
    left_here = unlimited;
  }
}

TEST(exec_memory, what_a_call_submits_is_refused_whole_or_done) {
  constexpr int calls = 2000;  // the worker's queue grows several times
  std::atomic<int> ran = 0;
  thread_pool pool{2};
  std::binary_semaphore gate{0};
  future<void> other = pool.submit([&gate] { gate.acquire(); });  // takes nothing meanwhile
  while (!other.running()) std::this_thread::yield();
  auto submits = [&] {
    for (int i = 0; i < calls; ++i) {
      fail_each_allocation([&] { pool.submit([&ran] { ++ran; }); });
    }
  };
  pool.submit(submits).result();
  gate.release();
  pool.shutdown();
  EXPECT_EQ(ran, calls);
}

TEST(exec_memory, a_pool_that_cannot_start_a_thread_says_so_and_takes_the_call_back) {
  std::atomic<int> ran = 0;
  auto held = std::make_shared<int>(1);
  fail_each_allocation([&] {
    thread_pool pool{{.size = 1, .name = "a name that is too long for a small string"}};
    pool.submit([&ran](const std::shared_ptr<int>&) { ++ran; }, held);
  });
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(exec_memory, a_thread_begins_and_ends_without_memory) {
  left_elsewhere = 0;  // for the pool's thread, not for this one
  left_here = unlimited - 1;
  {
    thread_pool pool{{.size = 2, .name = "a name that is too long for a small string"}};
    std::atomic<int> ran = 0;
    for (int i = 0; i < 1000; ++i) pool.submit([&ran] { ++ran; });
    pool.shutdown();
    EXPECT_EQ(ran, 1000);
  }
  left_here = left_elsewhere = unlimited;
}

TEST(exec_memory, an_initializer_that_fails_breaks_the_pool_without_memory_too) {
  std::binary_semaphore gate{0};
  {
    thread_pool pool{{.size = 1}, [&] {
                       gate.acquire();
                       left_here = 0;
                       throw std::bad_alloc();
                     }};
    future<int> waits = pool.submit([] { return 1; });
    gate.release();
    EXPECT_THROW(waits.result(), std::bad_alloc);
    EXPECT_THROW(pool.submit([] {}), std::bad_alloc);
  }
}

TEST(exec_memory, a_worker_that_cannot_help_leaves_the_job_to_others) {
  auto answers = [](int number) -> job<int> { co_return number; };
  bool failed = false;
  {
    thread_pool pool{1};
    future<int> kept = pool.submit(answers, 0);
    auto waits = [&] {
      future<int> made = pool.submit(answers, 42);
      left_here = 0;
      try {
        made.result();
      } catch (const std::bad_alloc&) {
        failed = true;
      }
      left_here = unlimited;
      kept = made;
    };
    pool.submit(waits).result();
    EXPECT_EQ(kept.result(), 42);
  }
  EXPECT_TRUE(failed);
}

TEST(exec_memory, a_loop_on_a_pool_has_ended_when_it_is_told_that_it_failed) {
  thread_pool pool{1};
  int seen = 0;
  auto loops = [&] {
    std::vector<int> elements(100);
    left_here = 1;  // the future's, if need be; then the deque to help with
    try {
      parallel_for(pool, elements, [&seen](int) { ++seen; });
    } catch (const std::bad_alloc&) {
      seen = -1;
    }
    left_here = unlimited;
  };
  pool.submit(loops).result();
  pool.shutdown();
  EXPECT_EQ(seen, -1);  // nobody has begun it afterwards
}

job<> fill(char* room) {
  *room = 1;
  co_return;
}

// Its frame is above what the pool of frames keeps.
job<int> large_job() {
  std::array<char, 4096> room{};
  co_await fill(room.data());
  co_return room[0];
}

TEST(exec_memory, a_job_that_finds_no_room_for_its_frame_fails_and_its_call_is_let_go) {
  auto held = std::make_shared<int>(0);
  thread_pool pool{1};
  pool.submit([] {}).result();
  auto begins = [](const std::shared_ptr<int>&) {
    const struct restore {
      ~restore() { left_here = unlimited; }
    } at_end;
    left_here = 0;
    return large_job();
  };
  future<int> failed = pool.submit(begins, held);
  EXPECT_THROW(failed.result(), std::bad_alloc);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
