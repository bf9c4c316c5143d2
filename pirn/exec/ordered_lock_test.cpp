// ordered_lock: one order for all threads; what goes against it is refused and says why.
#include "pirn/exec/ordered_lock.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/thread.hpp"

namespace {

using pirn::acquire;
using pirn::held_locks;
using pirn::lock_order_violation;
using pirn::ordered;
using pirn::ordered_mutex;

/// A lock that writes down what is done with it, and fails when it is told to.
class diary_lock {
 public:
  diary_lock(std::string& diary, char sign) : diary_(diary), sign_(sign) {}
  void lock() {
    if (fails) throw std::runtime_error("no such lock");
    diary_ += sign_;
  }
  void unlock() { diary_ += static_cast<char>(sign_ - 'a' + 'A'); }

  static inline bool fails = false;

 private:
  std::string& diary_;
  char sign_;
};

std::string names_held() {
  std::string names;
  for (const pirn::held_lock& each : held_locks()) names += each.name + " ";
  return names;
}

/// Whether another thread could have the lock now.
template <class Lock>
bool is_free(Lock& lock) {
  bool taken = false;
  std::thread([&] {
    taken = lock.try_lock();
    if (taken) lock.unlock();
  }).join();
  return taken;
}

unsigned line_here(std::source_location where = std::source_location::current()) {
  return where.line();
}

TEST(ordered_lock, is_a_mutex_to_everyone) {
  ordered_mutex lock{"lock"};
  {
    std::scoped_lock guard(lock);
    EXPECT_FALSE(is_free(lock));
  }
  {
    std::unique_lock guard(lock);
    EXPECT_FALSE(is_free(lock));
  }
  EXPECT_TRUE(is_free(lock));
  EXPECT_EQ(lock.name(), "lock");
}

TEST(ordered_lock, older_before_younger_is_good) {
  ordered_mutex first{"first"};
  ordered_mutex second{"second"};
  ordered_mutex third{"third"};
  std::scoped_lock one(first);
  std::scoped_lock two(second);
  std::scoped_lock three(third);
  EXPECT_EQ(names_held(), "first second third ");
}

TEST(ordered_lock, younger_before_older_is_refused_on_one_thread_alone) {
  ordered_mutex left{"left"};
  ordered_mutex right{"right"};
  std::scoped_lock guard(right);
  EXPECT_THROW(left.lock(), lock_order_violation);
  EXPECT_TRUE(is_free(left));
  EXPECT_EQ(names_held(), "right ");
}

TEST(ordered_lock, a_refusal_names_both_locks_and_both_places) {
  ordered_mutex left{"left"};
  ordered_mutex right{"right"};
  const unsigned held_at = line_here() + 1;
  right.lock();
  std::string what;
  try {
    left.lock();
  } catch (const lock_order_violation& refused) {
    what = refused.what();
    ASSERT_EQ(refused.chain().size(), 1U);
    EXPECT_EQ(refused.chain()[0].held.name, "right");
    EXPECT_EQ(refused.chain()[0].held.where.line(), held_at);
    EXPECT_EQ(refused.chain()[0].wanted.name, "left");
    EXPECT_EQ(refused.chain()[0].wanted.where.line(), held_at + 3);
  }
  right.unlock();
  EXPECT_EQ(what, "lock order violation: left is taken at ordered_lock_test.cpp:" +
                      std::to_string(held_at + 3) +
                      " while right is held, taken at ordered_lock_test.cpp:" +
                      std::to_string(held_at) + "; left is older and comes first");
}

TEST(ordered_lock, a_lock_that_was_given_back_is_in_nobodys_way) {
  ordered_mutex left{"left"};
  ordered_mutex right{"right"};
  for (int i = 0; i < 3; ++i) {
    right.lock();
    right.unlock();
    left.lock();
    left.unlock();
  }
  EXPECT_EQ(names_held(), "");
}

TEST(ordered_lock, what_one_thread_holds_does_not_order_another) {
  ordered_mutex left{"left"};
  ordered_mutex right{"right"};
  std::scoped_lock guard(right);
  EXPECT_TRUE(is_free(left));
  pirn::thread([&] { std::scoped_lock mine(left); }).join();
}

TEST(ordered_lock, may_be_given_back_in_any_order) {
  ordered_mutex first{"first"};
  ordered_mutex second{"second"};
  ordered_mutex third{"third"};
  first.lock();
  second.lock();
  third.lock();
  second.unlock();
  EXPECT_EQ(names_held(), "first third ");
  EXPECT_THROW(second.lock(), lock_order_violation);
  third.unlock();
  second.lock();
  first.unlock();
  second.unlock();
  EXPECT_EQ(names_held(), "");
}

TEST(ordered_lock, a_second_lock_by_its_holder_is_refused_instead_of_hanging) {
  ordered_mutex lock{"lock"};
  std::scoped_lock guard(lock);
  std::string what;
  try {
    lock.lock();
  } catch (const lock_order_violation& refused) {
    what = refused.what();
  }
  EXPECT_TRUE(what.ends_with("it is not recursive")) << what;
  EXPECT_FALSE(lock.try_lock());
}

TEST(ordered_lock, a_recursive_one_may_be_locked_again_whatever_is_held) {
  ordered<std::recursive_mutex> again{"again"};
  ordered_mutex younger{"younger"};
  again.lock();
  younger.lock();
  again.lock();
  EXPECT_TRUE(again.try_lock());
  EXPECT_EQ(names_held(), "again younger ");
  again.unlock();
  again.unlock();
  EXPECT_FALSE(is_free(again));
  again.unlock();
  EXPECT_TRUE(is_free(again));
  EXPECT_EQ(names_held(), "younger ");
  younger.unlock();
}

TEST(ordered_lock, trying_waits_for_nothing_and_is_never_refused) {
  ordered_mutex left{"left"};
  ordered_mutex middle{"middle"};
  ordered_mutex right{"right"};
  std::scoped_lock guard(right);
  ASSERT_TRUE(left.try_lock());
  EXPECT_EQ(names_held(), "right left ");
  EXPECT_THROW(middle.lock(), lock_order_violation);  // for right is held
  left.unlock();
}

TEST(ordered_lock, std_scoped_lock_may_take_several_in_any_order) {
  ordered_mutex left{"left"};
  ordered_mutex right{"right"};
  std::scoped_lock both(right, left);
  EXPECT_FALSE(is_free(left));
  EXPECT_FALSE(is_free(right));
}

TEST(ordered_lock, a_condition_variable_gives_it_back_while_it_waits) {
  ordered_mutex lock{"lock"};
  std::condition_variable_any condition;
  bool ready = false;
  std::unique_lock guard(lock);
  pirn::thread worker([&] {
    std::scoped_lock mine(lock);
    ready = true;
    condition.notify_one();
  });
  condition.wait(guard, [&] { return ready; });
  EXPECT_EQ(names_held(), "lock ");
}

TEST(ordered_lock, wraps_any_basic_lockable_and_passes_arguments_on) {
  std::string diary;
  ordered<diary_lock> lock{"lock", diary, 'a'};
  {
    std::scoped_lock guard(lock);
  }
  EXPECT_EQ(diary, "aA");
}

TEST(ordered_lock, a_mutex_that_fails_to_lock_is_not_held) {
  std::string diary;
  ordered<diary_lock> lock{"lock", diary, 'a'};
  diary_lock::fails = true;
  EXPECT_THROW(lock.lock(), std::runtime_error);
  diary_lock::fails = false;
  EXPECT_EQ(names_held(), "");
  lock.lock();
  lock.unlock();
}

TEST(acquire, takes_in_order_and_gives_back_in_reverse) {
  std::string diary;
  ordered<diary_lock> a{"a", diary, 'a'};
  ordered<diary_lock> b{"b", diary, 'b'};
  ordered<diary_lock> c{"c", diary, 'c'};
  {
    auto all = acquire(c, a, b);
    EXPECT_EQ(names_held(), "a b c ");
  }
  EXPECT_EQ(diary, "abcCBA");
}

TEST(acquire, is_given_back_when_its_block_throws) {
  std::string diary;
  ordered<diary_lock> a{"a", diary, 'a'};
  ordered<diary_lock> b{"b", diary, 'b'};
  EXPECT_THROW(
      {
        auto both = acquire(a, b);
        throw std::domain_error("in the block");
      },
      std::domain_error);
  EXPECT_EQ(diary, "abBA");
  EXPECT_EQ(names_held(), "");
}

TEST(acquire, takes_a_lock_that_is_given_twice_once) {
  std::string diary;
  ordered<diary_lock> a{"a", diary, 'a'};
  ordered<diary_lock> b{"b", diary, 'b'};
  {
    auto both = acquire(b, a, b, a);
  }
  EXPECT_EQ(diary, "abBA");
}

TEST(acquire, locks_of_several_kinds_share_one_order) {
  ordered<std::recursive_mutex> first{"first"};
  ordered_mutex second{"second"};
  ordered<std::timed_mutex> third{"third"};
  auto all = acquire(third, second, first);
  EXPECT_EQ(names_held(), "first second third ");
}

TEST(acquire, nested_ones_follow_the_order_too) {
  ordered_mutex first{"first"};
  ordered_mutex second{"second"};
  ordered_mutex third{"third"};
  {
    auto outer = acquire(first);
    auto inner = acquire(third, second);
    EXPECT_EQ(names_held(), "first second third ");
  }
  auto outer = acquire(second, third);
  EXPECT_THROW(auto inner = acquire(first), lock_order_violation);
}

TEST(acquire, a_refused_one_takes_none_and_tells_its_callers_place) {
  ordered_mutex first{"first"};
  ordered_mutex second{"second"};
  ordered_mutex third{"third"};
  auto outer = acquire(second);
  unsigned line = 0;
  try {
    line = line_here() + 1;
    auto inner = acquire(third, first);
    ADD_FAILURE() << "it was not refused";
  } catch (const lock_order_violation& refused) {
    EXPECT_EQ(refused.chain()[0].wanted.name, "first");
    EXPECT_EQ(refused.chain()[0].wanted.where.line(), line);
    EXPECT_EQ(refused.chain()[0].held.where.line(), line - 4);
  }
  EXPECT_TRUE(is_free(first));
  EXPECT_TRUE(is_free(third));
}

TEST(acquire, when_a_later_lock_is_refused_the_earlier_are_given_back) {
  std::string diary;
  ordered<std::recursive_mutex> a{"a"};
  ordered<diary_lock> b{"b", diary, 'b'};
  ordered_mutex c{"c"};
  auto outer = acquire(a, c);
  EXPECT_THROW(auto inner = acquire(a, b), lock_order_violation);
  EXPECT_EQ(names_held(), "a c ");
  EXPECT_EQ(diary, "");
}

TEST(acquire, when_a_mutex_fails_to_lock_the_earlier_are_given_back) {
  ordered_mutex first{"first"};
  std::string diary;
  ordered<diary_lock> second{"second", diary, 'b'};
  diary_lock::fails = true;
  EXPECT_THROW(auto both = acquire(second, first), std::runtime_error);
  diary_lock::fails = false;
  EXPECT_TRUE(is_free(first));
  EXPECT_EQ(names_held(), "");
}

TEST(ordered_lock_death, misuse_is_an_assertion) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        ordered_mutex lock{"lock"};
        lock.unlock();
      },
      "unlocked by a thread that does not hold it");
  EXPECT_DEATH(
      {
        ordered_mutex lock{"lock"};
        lock.lock();
        std::thread([&] { lock.unlock(); }).join();
      },
      "unlocked by a thread that does not hold it");
  EXPECT_DEATH(
      {
        ordered_mutex lock{"lock"};
        lock.lock();
      },
      "destroyed while it is held");
}

// Each thread takes random pairs and triples of ten locks, in random order, and changes what they
// guard: without the order it would hang at once; a lost update would show in the sum.
TEST(ordered_lock_stress, random_sets_on_four_threads_neither_hang_nor_race) {
  constexpr int rounds = 5000;
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  struct account {
    explicit account(int number) : lock("account " + std::to_string(number)) {}
    ordered_mutex lock;
    long balance = 0;
  };
  std::array<account, 10> accounts{account(0), account(1), account(2), account(3), account(4),
                                   account(5), account(6), account(7), account(8), account(9)};
  std::vector<pirn::thread> threads;
  for (unsigned number = 0; number < 4; ++number) {
    threads.emplace_back([&accounts, number, seed] {
      std::minstd_rand random(seed + number);
      const auto any = [&]() -> account& { return accounts[random() % accounts.size()]; };
      for (int i = 0; i < rounds; ++i) {
        account& from = any();
        account& to = any();
        account& fee = any();
        auto all = acquire(from.lock, to.lock, fee.lock);
        from.balance -= 3;
        to.balance += 2;
        fee.balance += 1;
      }
    });
  }
  pirn::join_all(threads);
  long total = 0;
  for (const account& each : accounts) total += each.balance;
  EXPECT_EQ(total, 0);
}

}  // namespace
