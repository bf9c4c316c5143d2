// ordered_lock: locks that every thread takes in one order, or is told that it does not.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pirn/exec/lock_order.hpp"

namespace pirn {

/// Whether the thread that holds a mutex may lock it again.
template <class Mutex>
inline constexpr bool is_recursive_mutex = false;
template <>
inline constexpr bool is_recursive_mutex<std::recursive_mutex> = true;
template <>
inline constexpr bool is_recursive_mutex<std::recursive_timed_mutex> = true;

namespace detail {

/// An ordered lock of any kind: its name, its place in the order, and who holds it.
class ordered_lock {
 public:
  ordered_lock(ordered_lock&&) = delete;  // threads that hold it point at it

  const std::string& name() const noexcept { return name_; }

 protected:
  ordered_lock(std::string_view name, bool recursive);
  ~ordered_lock();

  void take(std::source_location where);
  bool try_take(std::source_location where);
  void give_back();

 private:
  friend class lock_set;
  friend std::vector<held_lock> pirn::held_locks();

  virtual void lock_mutex() = 0;
  virtual bool try_lock_mutex() = 0;
  virtual void unlock_mutex() = 0;

  bool held_here() const noexcept;
  void check_order(std::source_location where) const;
  void check_age(std::source_location where) const;
  void check_graph(std::source_location where) const;
  bool take_again(std::source_location where);
  void note_taken(std::source_location where) noexcept;

  const std::string name_;
  const std::uint64_t birth_;  // what was made earlier is taken earlier
  const bool recursive_;

  // The holder's own: they change under the lock itself.
  ordered_lock* taken_before_ = nullptr;  // what the same thread took before
  std::source_location where_;
  unsigned depth_ = 0;
};

/// Several ordered locks, taken in their order and given back in the reverse.
class lock_set {
 protected:
  /// Takes all of `locks`, or throws and has none of them. Sorts them; one that is there twice is
  /// taken once, and moved behind the first `count`.
  /// Returns: the count of those taken.
  static std::size_t take(std::span<ordered_lock*> locks, std::source_location where);
  static void give_back(std::span<ordered_lock*> locks);
};

}  // namespace detail

/// A mutex with a name and a place in the one order of all ordered locks: that of their making.
/// It refuses a thread that would take it after a younger one, before threads can deadlock.
///
/// Whatever locks a Mutex locks it: std::scoped_lock, std::unique_lock, a condition_variable_any.
/// To take several, acquire() them. try_lock() waits for nothing and so is never refused.
///
/// Throws:   lock_order_violation from lock(), when this thread holds a lock that comes after this
///           one, or this one itself (but Mutex is_recursive_mutex): then it holds what it held.
/// Requires: it is unlocked by the thread that locked it, and held by none at its end (asserted);
///           no task holds it over a co_await: tasks have pirn::mutex.
/// Threads:  any.
/// Cost:     what Mutex costs and a comparison for each lock that the thread holds; allocates
///           nothing. Checked by_graph: see lock_order_checking.
/// Source:   Python Cookbook, 3rd edition, recipe 12.5; the graph is that of Linux' lockdep.
/// Example:  examples/30_deadlock_avoided.cpp
template <class Mutex>
class ordered final : public detail::ordered_lock {
 public:
  /// `args` make the Mutex.
  template <class... Args>
    requires std::constructible_from<Mutex, Args...>
  explicit ordered(std::string_view name, Args&&... args)
      : ordered_lock(name, is_recursive_mutex<Mutex>), mutex_(std::forward<Args>(args)...) {}

  /// `where` is what a refusal says of it: your line, if you call it. A std guard cannot say it;
  /// acquire() does, for one lock too.
  void lock(std::source_location where = std::source_location::current()) { take(where); }
  bool try_lock(std::source_location where = std::source_location::current())
    requires requires(Mutex& mutex) { mutex.try_lock(); }
  {
    return try_take(where);
  }
  void unlock() { give_back(); }

 private:
  void lock_mutex() override { mutex_.lock(); }
  bool try_lock_mutex() override {
    if constexpr (requires { mutex_.try_lock(); }) {
      return mutex_.try_lock();
    } else {
      std::unreachable();
    }
  }
  void unlock_mutex() override { mutex_.unlock(); }

  Mutex mutex_;
};

using ordered_mutex = ordered<std::mutex>;

/// Takes several ordered locks in their order, whatever the order they are given in, and gives them
/// back in reverse at the end of its block. One that is given twice is taken once.
///
///     auto both = pirn::acquire(left, right);
///
/// Throws: lock_order_violation, when this thread holds a lock that comes after one of them; what
///         their lock() throws. Then none of them is taken.
// A class, for only a constructor takes any number of locks and, after them, its caller's place.
template <std::derived_from<detail::ordered_lock>... Locks>
  requires(sizeof...(Locks) > 0)
class [[nodiscard]] acquire : detail::lock_set {
 public:
  explicit acquire(Locks&... locks, std::source_location where = std::source_location::current())
      : locks_{&locks...}, count_(take(locks_, where)) {}
  acquire(acquire&&) = delete;  // it belongs to its block
  ~acquire() { give_back(std::span(locks_).first(count_)); }

 private:
  std::array<detail::ordered_lock*, sizeof...(Locks)> locks_;
  std::size_t count_;
};

template <class... Locks>
acquire(Locks&...) -> acquire<Locks...>;

}  // namespace pirn
