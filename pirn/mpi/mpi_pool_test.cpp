// mpi_pool: calls on other ranks. Each test holds alone and under mpirun with any number of ranks.
#include "pirn/mpi/mpi_pool.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/mpi/mpi_pool_test.hpp"

namespace {

using namespace pirn;

static_assert(executor<mpi_pool>);

int twice(int number) {
  return 2 * number;
}
int own_pid() {
  return static_cast<int>(::getpid());
}
bool is_alone() {
  const char* ranks = std::getenv("OMPI_COMM_WORLD_SIZE");
  return ranks == nullptr || std::string_view(ranks) == "1";
}

TEST(mpi_pool, makes_calls_elsewhere) {
  mpi_pool pool;
  EXPECT_EQ(pool.submit(twice, 21).result(), 42);
  EXPECT_EQ(pool.submit<&twice>(4).result(), 8);
  EXPECT_EQ(
      pool.submit([](const std::string& a, std::string b) { return a + b; }, "warp", " and weft")
          .result(),
      "warp and weft");
  pool.submit([] {}).result();
  EXPECT_EQ(pool.submit(own_pid).result() == own_pid(), is_alone());
}

// No call ends before all have begun: a rank that was quick could have made two of them otherwise.
TEST(mpi_pool, few_calls_spread_over_all_ranks) {
  mpi_pool pool;
  rank_gates gates;
  auto stand_and_tell = [](const rank_gates& mine) {
    mine.pass();
    return own_pid();
  };
  std::vector<future<int>> futures;
  for (unsigned i = 0; i < pool.concurrency(); ++i) {
    futures.push_back(pool.submit(stand_and_tell, gates));
  }
  gates.wait_until_begun(pool.concurrency());
  gates.open(pool.concurrency());
  std::set<int> pids;
  for (auto& each : futures) pids.insert(each.result());
  EXPECT_EQ(pids.size(), pool.concurrency());
}

TEST(mpi_pool, exceptions_come_back_and_the_rank_goes_on) {
  mpi_pool pool;
  for (int i = 0; i < 20; ++i) {
    auto failed =
        pool.submit([](int n) -> int { throw std::out_of_range("no " + std::to_string(n)); }, i);
    try {
      failed.result();
      FAIL() << "nothing was thrown";
    } catch (const std::out_of_range& error) {
      EXPECT_EQ(error.what(), "no " + std::to_string(i));
    }
    EXPECT_EQ(pool.submit(twice, i).result(), 2 * i);
  }
}

// Far beyond what MPI sends without asking the receiver, in both directions at once.
TEST(mpi_pool, large_arguments_and_results_cross_in_both_directions) {
  mpi_pool pool;
  constexpr std::size_t size = 1'000'000;
  std::vector<future<std::vector<int>>> futures;
  for (int i = 0; i < 24; ++i) {
    std::vector<int> numbers(size);
    std::iota(numbers.begin(), numbers.end(), i);
    futures.push_back(pool.submit(
        [](std::vector<int> given) {
          std::ranges::reverse(given);
          return given;
        },
        numbers));
  }
  for (int i = 0; i < 24; ++i) {
    const std::vector<int> reversed = std::move(futures[static_cast<std::size_t>(i)]).result();
    ASSERT_EQ(reversed.size(), size);
    EXPECT_EQ(reversed.front(), i + static_cast<int>(size) - 1);
    EXPECT_EQ(reversed.back(), i);
  }
}

TEST(mpi_pool, a_large_result_does_not_wait_for_the_call_after_it) {
  mpi_pool pool;
  // Short calls first: then several are sent ahead to each rank.
  std::vector<future<int>> warm;
  for (int i = 0; i < 100; ++i) warm.push_back(pool.submit(twice, i));
  for (auto& each : warm) each.result();
  rank_gates gates;
  if (is_alone()) gates.open();  // its thread takes results between its calls
  std::vector<future<std::string>> large;
  std::vector<future<void>> long_ones;
  for (unsigned i = 0; i < pool.concurrency(); ++i) {
    large.push_back(pool.submit([] { return std::string(4'000'000, 'x'); }));
  }
  for (unsigned i = 0; i < pool.concurrency(); ++i) {
    long_ones.push_back(pool.submit(pass_gate, gates));
  }
  for (auto& each : large) EXPECT_EQ(each.result().size(), 4'000'000U);
  if (!is_alone()) {
    EXPECT_FALSE(long_ones.back().done());
    gates.open(pool.concurrency());
  }
  for (auto& each : long_ones) each.result();  // they need the gates
}

// The short calls before it have shown that many can be given ahead to each rank.
TEST(mpi_pool, calls_behind_one_that_turns_out_long_are_made_elsewhere) {
  mpi_pool pool;
  std::vector<future<int>> short_ones;
  for (int i = 0; i < 2000; ++i) short_ones.push_back(pool.submit(twice, i));
  for (auto& each : short_ones) each.result();
  short_ones.clear();
  rank_gates gates;
  if (pool.concurrency() == 1) gates.open();  // there is nobody else
  future<void> long_one = pool.submit(pass_gate, gates);
  for (int i = 0; i < 2000; ++i) short_ones.push_back(pool.submit(twice, i));
  for (int i = 0; i < 2000; ++i) {
    EXPECT_EQ(short_ones[static_cast<std::size_t>(i)].result(), 2 * i);
  }
  if (pool.concurrency() > 1) {
    EXPECT_FALSE(long_one.done());
    gates.open();
  }
  long_one.result();
}

// All ranks but one are kept, with calls behind; so those go from one busy rank to the next until
// they reach the one that is free.
TEST(mpi_pool, calls_given_back_wait_for_the_first_rank_that_is_free) {
  mpi_pool pool;
  std::vector<future<int>> short_ones;
  for (int i = 0; i < 2000; ++i) short_ones.push_back(pool.submit(twice, i));
  for (auto& each : short_ones) each.result();
  short_ones.clear();
  const unsigned kept = pool.concurrency() - 1;
  rank_gates gates;
  std::vector<future<void>> long_ones;
  for (unsigned i = 0; i < kept; ++i) {
    long_ones.push_back(pool.submit(pass_gate, gates));
    for (int j = 0; j < 50; ++j) short_ones.push_back(pool.submit(twice, j));
  }
  for (std::size_t i = 0; i < short_ones.size(); ++i) {
    EXPECT_EQ(short_ones[i].result(), 2 * static_cast<int>(i % 50));
  }
  gates.open(kept);
  for (auto& each : long_ones) each.result();
}

TEST(mpi_pool, what_has_not_been_sent_can_be_cancelled) {
  mpi_pool pool;
  rank_gates gates;
  std::vector<future<void>> futures;
  for (unsigned i = 0; i < 10 * pool.concurrency(); ++i) {
    futures.push_back(pool.submit(pass_gate, gates));
  }
  gates.wait_until_begun();
  EXPECT_FALSE(futures.front().cancel());  // sent before any other
  EXPECT_TRUE(futures.back().cancel());
  EXPECT_THROW(futures.back().result(), future_cancelled);
  pool.shutdown({.wait = false, .cancel_pending = true});
  gates.open(pool.concurrency());
  pool.shutdown();
  const auto ended = [](const auto& each) { return each.done() && !each.cancelled(); };
  const auto made = std::ranges::count_if(futures, ended);
  EXPECT_GE(made, 1);
  EXPECT_LE(made, static_cast<long>(pool.concurrency()));  // a pool's first calls go alone
}

TEST(mpi_pool, shutdown_waits_for_what_was_submitted_and_refuses_more) {
  mpi_pool pool;
  std::vector<future<int>> futures;
  for (int i = 0; i < 100; ++i) futures.push_back(pool.submit(twice, i));
  pool.shutdown();
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(futures[static_cast<std::size_t>(i)].done());
    EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), 2 * i);
  }
  EXPECT_THROW((void)pool.submit(twice, 1), std::runtime_error);
  pool.shutdown();
}

// The calls that have begun go on when the last one has been cancelled.
TEST(mpi_pool, an_exception_that_leaves_it_cancels_what_has_not_begun) {
  rank_gates gates;
  std::vector<future<void>> futures;
  try {
    mpi_pool pool;
    const unsigned at_once = pool.concurrency();
    for (unsigned i = 0; i < 100 * at_once; ++i) futures.push_back(pool.submit(pass_gate, gates));
    futures.back().add_done_callback([&gates, at_once](auto&) { gates.open(at_once); });
    throw std::runtime_error("enough");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(futures.back().cancelled());
}

TEST(mpi_pool, there_is_one_at_a_time_and_one_after_another) {
  {
    mpi_pool first({.name = "first"});
    EXPECT_EQ(first.name(), "first");
    EXPECT_THROW(mpi_pool(), std::logic_error);
  }
  mpi_pool second;
  EXPECT_EQ(second.name(), "mpi");
  EXPECT_EQ(second.submit(twice, 1).result(), 2);
}

int greeting = 0;

TEST(mpi_pool, every_rank_is_initialized_before_its_first_call) {
  mpi_pool pool({.name = "greeting"}, [](int number) { greeting = number; }, 7);
  std::vector<future<int>> futures;
  for (int i = 0; i < 100; ++i) futures.push_back(pool.submit([] { return greeting; }));
  for (auto& each : futures) EXPECT_EQ(each.result(), 7);
}

TEST(mpi_pool, is_broken_when_an_initializer_fails) {
  {
    mpi_pool pool({}, [] { throw std::runtime_error("no licence"); });
    try {
      while (true) pool.submit(twice, 1).result();
    } catch (const broken_executor& error) {
      EXPECT_STREQ(error.what(), "the initializer of an mpi_pool failed: no licence");
    }
  }
  mpi_pool next;
  EXPECT_EQ(next.submit(twice, 1).result(), 2);
}

TEST(mpi_pool, threads_submit_side_by_side) {
  mpi_pool pool;
  std::atomic<int> sum = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 250; ++i) sum += pool.submit(twice, i).result();
      });
    }
  }
  EXPECT_EQ(sum, 4 * 250 * 249);
}

TEST(mpi_pool, a_done_callback_may_submit) {
  std::atomic<int> last = 0;
  mpi_pool pool;
  pool.submit(twice, 1).add_done_callback([&](future<int>& first) {
    pool.submit(twice, first.result()).add_done_callback([&](future<int>& second) {
      last = second.result();
      last.notify_all();
    });
  });
  last.wait(0);
  EXPECT_EQ(last, 4);
}

TEST(mpi_pool, waiting_for_it_in_a_callback_is_a_mistake_that_says_so) {
  if (std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) GTEST_SKIP() << "a dead rank ends all";
  auto wait_in_a_callback = [] {
    mpi_pool pool;
    rank_gates gates;
    auto call = pool.submit(pass_gate, gates);
    call.add_done_callback([&pool](auto&) { pool.shutdown(); });
    gates.open();
    call.result();
  };
  EXPECT_DEATH(wait_in_a_callback(), "is not waited for in a callback of one of its futures");
}

}  // namespace
