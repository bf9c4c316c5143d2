// thread_pool: what is submitted, helped with or retires just as a pool, or a thread of it, ends.
//
// Method of those with rounds: the two steps that once came between each other are begun at the
// same moment by two threads, of which one dawdles for a time drawn from a printed seed, in so many
// rounds that they meet at every point; each has failed with the fault that it is there for.
#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/base/random.hpp"
#include "pirn/exec/busy_pool_test.hpp"
#include "pirn/exec/thread_pool.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

constexpr int rounds = detail::sanitized ? 300 : 2000;

class thread_pool_end : public ::testing::Test {
 protected:
  void dawdle(std::uint64_t at_most) {
    for (std::uint64_t left = random_.below(at_most); left > 0; --left) {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
  }

 private:
  const std::uint64_t seed_ = std::random_device{}();
  ::testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
  random_source random_{seed_};
};

TEST_F(thread_pool_end, what_was_submitted_before_the_shutdown_is_done) {
  std::optional<thread_pool> pool;
  for (int round = 0; round < rounds; ++round) {
    pool.emplace(1U);
    pool->submit([] {}).result();  // its thread then searches, and looks whether the pool ends
    dawdle(20'000);
    std::atomic<bool> done = false;
    pool->submit([&done] { done = true; });
    pool->shutdown();
    ASSERT_TRUE(done) << "round " << round;
  }
}

TEST_F(thread_pool_end, a_submit_into_a_pool_that_cancels_is_refused_with_words) {
  for (int round = 0; round < rounds / 10; ++round) {  // each may leave thousands of calls
    thread_pool pool{1};
    std::atomic<bool> submits = false;
    std::string refusal;
    std::jthread submitter([&] {
      try {
        for (;;) {
          pool.submit([] {});
          submits = true;
        }
      } catch (const std::runtime_error& error) {
        refusal = error.what();
      }
    });
    while (!submits) std::this_thread::yield();
    pool.shutdown({.cancel_pending = true});
    submitter.join();
    ASSERT_EQ(refusal, "submit: the thread pool 'pool' was shut down");
  }
}

// Whose call has said that it blocks may be one thread too many afterwards; it retires when it
// finds nothing. The call that comes at that moment finds it searching, so it is to start another.
TEST_F(thread_pool_end, a_thread_that_retires_starts_no_thread_in_its_own_place) {
  const auto blocks = [] { const blocking_hint hint; };
  for (int round = 0; round < rounds; ++round) {
    thread_pool pool{{.size = 2, .blocking_max = 1}};
    pool.submit(blocks).result();
    dawdle(100'000);  // about as long as its thread, the only one, searches
    ASSERT_NO_THROW(pool.submit([] {}).result(20s)) << "round " << round;
  }
}

TEST_F(thread_pool_end, it_waits_for_a_thread_that_helps_with_a_call) {
  std::binary_semaphore begun{0};
  std::binary_semaphore gate{0};
  std::binary_semaphore helping{0};
  std::atomic<bool> ended = false;
  std::optional<thread_pool> pool(std::in_place,
                                  thread_pool_options{.size = 1, .callers_help = true});
  pool->submit([&] {
    begun.release();
    gate.acquire();
  });
  begun.acquire();
  std::binary_semaphore go_on{0};
  std::jthread caller([&, call = pool->submit([&] {
    helping.release();
    go_on.acquire();
    ended = true;
  })] { call.result(); });
  helping.acquire();
  gate.release();
  std::atomic<bool> pool_ended = false;
  std::jthread owner([&] {
    pool.reset();
    EXPECT_TRUE(ended);
    pool_ended = true;
  });
  for (int i = 0; i < 1000 && !pool_ended; ++i) std::this_thread::yield();
  EXPECT_FALSE(pool_ended);
  go_on.release();
}

TEST_F(thread_pool_end, who_helps_and_a_pool_that_ends_meet_anywhere) {
  for (int round = 0; round < rounds; ++round) {
    std::atomic<int> inside = 0;
    std::atomic<int> ran = 0;
    std::optional<thread_pool> pool(std::in_place,
                                    thread_pool_options{.size = 1, .callers_help = true});
    future<void> call = pool->submit([&] {
      ++inside;
      ++ran;
      --inside;
    });
    std::jthread helper([&call] { call.exception(); });
    dawdle(2000);
    pool.reset();
    ASSERT_EQ(inside, 0) << "round " << round;
    helper.join();
    ASSERT_EQ(ran, 1) << "round " << round;
  }
}

TEST_F(thread_pool_end, a_broken_pool_that_is_helped_ends) {
  std::binary_semaphore gate{0};
  auto argument = std::make_shared<int>(0);
  thread_pool pool{{.size = 1, .callers_help = true}, [&] {
                     gate.acquire();
                     throw std::runtime_error("no licence");
                   }};
  future<void> call = pool.submit([](const std::shared_ptr<int>&) {}, argument);
  gate.release();
  pool.shutdown();
  EXPECT_THROW(call.result(), broken_executor);
  EXPECT_EQ(argument.use_count(), 1);
}

}  // namespace
