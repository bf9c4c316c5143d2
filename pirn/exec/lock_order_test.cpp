// lock_order: by_graph, any order is good until it closes a cycle, and the cycle is told.
#include "pirn/exec/lock_order.hpp"

#include <atomic>
#include <deque>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/ordered_lock.hpp"
#include "pirn/exec/thread.hpp"

namespace {

using pirn::acquire;
using pirn::lock_order_checking;
using pirn::lock_order_violation;

/// A lock that ThreadSanitizer does not know as one. Its own search for cycles takes mutexes of
/// several tests for one and the same when they stand, one after the other, at one address.
class flag_lock {
 public:
  void lock() noexcept {
    while (flag_.test_and_set()) flag_.wait(true);
  }
  bool try_lock() noexcept { return !flag_.test_and_set(); }
  void unlock() noexcept {
    flag_.clear();
    flag_.notify_one();
  }

 private:
  std::atomic_flag flag_;
};
using ordered_lock = pirn::ordered<flag_lock>;

class lock_order : public ::testing::Test {
 protected:
  ~lock_order() override { set_lock_order_checking(before_); }

 private:
  lock_order_checking before_ = set_lock_order_checking(lock_order_checking::by_graph);
};

/// Takes one lock and then the other on a thread of its own.
/// Returns: what refused it, or an empty text.
std::string refusal(ordered_lock& first, ordered_lock& second) {
  std::string what;
  pirn::thread([&] {
    auto outer = acquire(first);
    try {
      auto inner = acquire(second);
    } catch (const lock_order_violation& refused) {
      what = refused.what();
    }
  }).join();
  return what;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

TEST_F(lock_order, by_graph_any_order_is_good_that_is_kept_to) {
  ordered_lock a{"a"};
  ordered_lock b{"b"};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(refusal(b, a), "");
}

TEST_F(lock_order, an_order_and_its_contrary_are_refused_though_no_thread_waits) {
  ordered_lock a{"a"};
  ordered_lock b{"b"};
  EXPECT_EQ(refusal(b, a), "");
  EXPECT_EQ(first_line(refusal(a, b)), "lock order violation: b -> a -> b");
  EXPECT_EQ(first_line(refusal(a, b)), "lock order violation: b -> a -> b");  // and again
  EXPECT_EQ(refusal(b, a), "");  // what was refused is not remembered
}

TEST_F(lock_order, a_cycle_of_three_is_told_with_the_place_of_each_acquisition) {
  ordered_lock a{"a"};
  ordered_lock b{"b"};
  ordered_lock c{"c"};
  const auto line = std::source_location::current().line();
  pirn::thread([&] {
    a.lock();
    b.lock();
    b.unlock();
    a.unlock();
  }).join();
  pirn::thread([&] {
    b.lock();
    c.lock();
    c.unlock();
    b.unlock();
  }).join();
  std::string what;
  c.lock();
  try {
    a.lock();
  } catch (const lock_order_violation& refused) {
    what = refused.what();
    ASSERT_EQ(refused.chain().size(), 3U);
    EXPECT_EQ(refused.chain().back().held.name, "c");
    EXPECT_EQ(refused.chain().back().wanted.name, "a");
  }
  c.unlock();
  const auto at = [&](unsigned offset) {
    return "lock_order_test.cpp:" + std::to_string(line + offset);
  };
  EXPECT_EQ(what, "lock order violation: a -> b -> c -> a\n  b is taken at " + at(3) +
                      " while a is held, taken at " + at(2) + "\n  c is taken at " + at(9) +
                      " while b is held, taken at " + at(8) + "\n  a is taken at " + at(16) +
                      " while c is held, taken at " + at(14));
}

TEST_F(lock_order, the_cycle_told_is_a_shortest_one) {
  std::deque<ordered_lock> locks;
  for (int i = 0; i < 6; ++i) locks.emplace_back(std::to_string(i));
  for (std::size_t i = 0; i + 1 < locks.size(); ++i) EXPECT_EQ(refusal(locks[i], locks[i + 1]), "");
  EXPECT_EQ(refusal(locks[1], locks[4]), "");
  EXPECT_EQ(first_line(refusal(locks[5], locks[0])), "lock order violation: 0 -> 1 -> 4 -> 5 -> 0");
}

TEST_F(lock_order, every_lock_that_is_held_counts_not_the_last_alone) {
  ordered_lock a{"a"};
  ordered_lock b{"b"};
  ordered_lock c{"c"};
  {
    auto outer = acquire(a);
    ASSERT_TRUE(b.try_lock());
    c.lock();
    c.unlock();
    b.unlock();
  }
  EXPECT_EQ(first_line(refusal(c, a)), "lock order violation: a -> c -> a");
  EXPECT_EQ(first_line(refusal(c, b)), "lock order violation: b -> c -> b");
  EXPECT_EQ(refusal(b, a), "");  // trying waits for nothing: a -> b was no order
}

TEST_F(lock_order, acquire_takes_its_locks_by_age_so_that_sets_never_contradict_each_other) {
  ordered_lock a{"a"};
  ordered_lock b{"b"};
  {
    auto both = acquire(a, b);
  }
  {
    auto both = acquire(b, a);
  }
  EXPECT_EQ(first_line(refusal(b, a)), "lock order violation: a -> b -> a");
}

TEST_F(lock_order, a_lock_that_is_gone_is_forgotten) {
  ordered_lock a{"a"};
  ordered_lock c{"c"};
  {
    ordered_lock b{"b"};
    EXPECT_EQ(refusal(a, b), "");
    EXPECT_EQ(refusal(b, c), "");
  }
  EXPECT_EQ(refusal(c, a), "");
}

TEST_F(lock_order, choosing_how_to_check_begins_anew) {
  ordered_lock a{"a"};
  ordered_lock b{"b"};
  EXPECT_EQ(refusal(b, a), "");
  EXPECT_EQ(set_lock_order_checking(lock_order_checking::by_age), lock_order_checking::by_graph);
  EXPECT_NE(refusal(b, a), "");
  EXPECT_EQ(refusal(a, b), "");
  EXPECT_EQ(set_lock_order_checking(lock_order_checking::by_graph), lock_order_checking::by_age);
  EXPECT_EQ(refusal(a, b), "");
}

// Against a model: random nested acquisitions, each refused exactly if a path leads back.
TEST_F(lock_order, what_is_refused_is_what_a_search_of_all_paths_would_refuse) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::minstd_rand random(seed);
  for (int round = 0; round < 50; ++round) {
    std::deque<ordered_lock> locks;
    for (int i = 0; i < 7; ++i) locks.emplace_back(std::to_string(i));
    bool leads[7][7] = {};  // leads[i][j]: from i to j over what was taken
    for (int i = 0; i < 40; ++i) {
      const std::size_t held = random() % 7;
      const std::size_t wanted = random() % 7;
      if (held == wanted) continue;
      auto outer = acquire(locks[held]);
      bool refused = false;
      try {
        auto inner = acquire(locks[wanted]);
      } catch (const lock_order_violation&) {
        refused = true;
      }
      ASSERT_EQ(refused, leads[wanted][held]) << held << " -> " << wanted;
      if (refused) continue;
      for (std::size_t from = 0; from < 7; ++from) {
        for (std::size_t to = 0; to < 7; ++to) {
          const bool before = from == held || leads[from][held];
          const bool after = to == wanted || leads[wanted][to];
          if (before && after) leads[from][to] = true;
        }
      }
    }
  }
}

TEST_F(lock_order, many_threads_may_be_checked_at_once) {
  std::deque<ordered_lock> locks;
  for (int i = 0; i < 8; ++i) locks.emplace_back(std::to_string(i));
  std::vector<pirn::thread> threads;
  for (unsigned number = 0; number < 4; ++number) {
    threads.emplace_back([&locks, number] {
      std::minstd_rand random(number);
      for (int i = 0; i < 500; ++i) {
        const std::size_t first = random() % 7;
        const std::size_t second = first + 1 + random() % (7 - first);
        auto outer = acquire(locks[first]);
        auto inner = acquire(locks[second]);  // throws, and fails the thread, if it is refused
      }
    });
  }
  EXPECT_NO_THROW(pirn::join_all(threads));
}

TEST_F(lock_order, a_std_guard_cannot_say_where_it_stands) {
  ordered_lock one{"one"};
  ordered_lock other{"other"};
  EXPECT_EQ(refusal(one, other), "");
  std::string what;
  std::scoped_lock outer(other);
  try {
    std::scoped_lock inner(one);
  } catch (const lock_order_violation& refused) {
    what = refused.what();
  }
  const std::string by_guards =
      "one is taken by a std guard (pirn::acquire() would say where) while other is held, taken "
      "by a std guard (pirn::acquire() would say where)";
  EXPECT_NE(what.find(by_guards), std::string::npos) << what;
}

}  // namespace
