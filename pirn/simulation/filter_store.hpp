// filter_store: items of which a process takes the first that suits it.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/base/assert.hpp"
#include "pirn/base/compiler.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/spawn_call.hpp"
#include "pirn/core/wait_list.hpp"
#include "pirn/simulation/first_of_others.hpp"

namespace pirn::des {

/// Items that processes put in, and get out by what they are: `get(suits)` gives the oldest item
/// for which `suits(item)` is true.
///
/// An item that comes goes to the process that has waited longest of those that it suits; others
/// that came earlier go on waiting. Those who put wait for room, first come, first served.
///
/// `T` is any object type that moves without throwing.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters (asserted). Items left at its end are destroyed.
/// Source:   SimPy's FilterStore.
/// Cost:     put is O(waiters), get O(items); nothing is allocated but by a store that grows beyond
///           its peak.
template <class T>
class filter_store {
  static_assert(std::is_object_v<T> && std::is_nothrow_move_constructible_v<T> &&
                    std::is_nothrow_move_assignable_v<T> && std::is_nothrow_destructible_v<T>,
                "items are handed from task to task where nothing may throw: they must move "
                "without throwing; put others behind a unique_ptr");

 public:
  using value_type = T;

  class put_wait;
  template <class Suits>
  class get_wait;

  static constexpr std::size_t unlimited = SIZE_MAX;

  /// Requires: capacity > 0 (asserted).
  explicit filter_store(std::size_t capacity = unlimited) noexcept : capacity_(capacity) {
    PIRN_ASSERT(capacity > 0, "a store has room for an item");
  }
  filter_store(filter_store&&) = delete;  // waiters point at it

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t size() const noexcept { return items_.size(); }
  bool empty() const noexcept { return items_.empty(); }
  /// What is in it, the oldest first.
  const std::vector<T>& items() const noexcept { return items_; }

  /// Puts an item in; does not suspend if there is room, or a process that it suits.
  ///
  /// Cancel: the item is not put in, and destroyed with the wait.
  put_wait put(T item) noexcept { return put_wait(*this, std::move(item)); }

  /// Takes the oldest item out that suits; does not suspend if there is one. `suits(item)`, which
  /// must not throw (it would terminate), is asked about each item once while it waits.
  ///
  /// Cancel: takes nothing. An item that was handed over before the cancel came is given.
  template <std::predicate<const T&> Suits>
  get_wait<std::decay_t<Suits>> get(Suits&& suits) {
    static_assert(pirn::detail::callable_survives<Suits>, PIRN_CLOSURE_ADVICE);
    return get_wait<std::decay_t<Suits>>(*this, std::forward<Suits>(suits));
  }
  /// Takes the oldest item out.
  auto get() {
    return get([](const T&) { return true; });
  }

 private:
  class getter;

  /// Hands the item to a waiting process that it suits, which is not `from`, or keeps it.
  /// Returns: false, the item untouched, when there is no room.
  bool admit(T& item, const task_record* from) {
    for (list_wait* each = getters_.first(); each != nullptr; each = getters_.next(*each)) {
      auto& waiting = static_cast<getter&>(*each);
      if (each->waiter() == from || !waiting.suits(item)) continue;
      waiting.item_.emplace(std::move(item));
      getters_.wake(*each);
      return true;
    }
    if (items_.size() >= capacity_) return false;
    items_.push_back(std::move(item));
    return true;
  }

  /// Gives the oldest item that suits, and its room to who waits to put, but for the task itself.
  /// Returns: whether there was one.
  bool take(getter& taking) noexcept {
    auto found = std::ranges::find_if(items_, [&](const T& item) { return taking.suits(item); });
    if (found == items_.end()) return false;
    taking.item_.emplace(std::move(*found));
    items_.erase(found);
    serve_putters(taking.waiter());
    return true;
  }
  // What is put in may go to a waiting process at once and leave its room to the next.
  void serve_putters(const task_record* own) noexcept {
    while (list_wait* first = detail::first_of_others(putters_, own)) {
      auto& putting = static_cast<put_wait&>(*first);
      if (!admit(putting.item_, first->waiter())) return;
      putting.is_put_ = true;
      putters_.wake(*first);
    }
  }

  std::vector<T> items_;
  wait_list putters_;  // if any but a running select's, there is no room
  wait_list getters_;  // nothing in the store suits any of them
  std::size_t capacity_;
};

/// Waits for room in a store, with the item that is to take it.
template <class T>
class [[nodiscard]] filter_store<T>::put_wait final : public awaitable<put_wait, list_wait> {
  using base = awaitable<put_wait, list_wait>;

 public:
  std::string describe() const override {
    return "room in store of " + std::to_string(into_.capacity_);
  }

 private:
  friend base;
  friend filter_store;
  put_wait(filter_store& into, T&& item) noexcept
      : base(into.putters_), into_(into), item_(std::move(item)) {}

  bool try_complete() {
    PIRN_ASSERT(!is_put_, "a put is awaited once: its item is in the store");
    is_put_ = into_.admit(item_, this->waiter());
    return is_put_;
  }

  filter_store& into_;
  T item_;
  bool is_put_ = false;
};

/// What the waits for an item have in common.
template <class T>
class filter_store<T>::getter : public list_wait {
 public:
  std::string describe() const override {
    return "item of store with " + std::to_string(from_.size());
  }

 protected:
  explicit getter(filter_store& from) noexcept : list_wait(from.getters_), from_(from) {}
  ~getter() = default;

  virtual bool suits(const T& item) noexcept = 0;

  filter_store& from_;
  std::optional<T> item_;

 private:
  friend filter_store;
};

/// Waits for an item that suits.
template <class T>
template <class Suits>
class [[nodiscard]] filter_store<T>::get_wait final : public awaitable<get_wait<Suits>, getter> {
  using base = awaitable<get_wait<Suits>, getter>;

 private:
  friend base;
  friend filter_store;
  template <class Given>
  get_wait(filter_store& from, Given&& suits) : base(from), suits_(std::forward<Given>(suits)) {}

  bool suits(const T& item) noexcept override { return std::invoke(suits_, item); }
  bool try_complete() noexcept {
    this->item_.reset();  // the one of an earlier await
    return this->from_.take(*this);
  }
  T result() noexcept { return std::move(*this->item_); }

  Suits suits_;
};

}  // namespace pirn::des
