// container: an amount of something homogeneous, which processes put in and get out.
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <type_traits>

#include "pirn/base/assert.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/wait_list.hpp"
#include "pirn/simulation/first_of_others.hpp"

namespace pirn::des {

/// An amount, up to a capacity: fuel in a tank, or (`Amount` integral) apples in a box.
///
/// Those who put wait for room, those who get for enough, each first come, first served: who is
/// first holds up those behind it, even if there is enough for them. Nobody gets a part.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters (asserted).
/// Source:   SimPy's Container. There nobody moves up when the first in a queue gives up, until the
///           next put or get.
/// Cost:     nothing is allocated.
template <class Amount>
class basic_container {
  static_assert(std::is_arithmetic_v<Amount>, "an amount is a number");

 public:
  class put_wait;
  class get_wait;

  /// As much as there can be.
  static constexpr Amount unlimited = std::numeric_limits<Amount>::has_infinity
                                          ? std::numeric_limits<Amount>::infinity()
                                          : std::numeric_limits<Amount>::max();

  /// Requires: 0 <= level <= capacity (asserted).
  explicit basic_container(Amount capacity = unlimited, Amount level = 0) noexcept
      : capacity_(capacity), level_(level) {
    PIRN_ASSERT(level >= 0 && level <= capacity, "a container holds from nothing to its capacity");
  }
  basic_container(basic_container&&) = delete;  // waiters point at it

  Amount capacity() const noexcept { return capacity_; }
  /// How much is in it.
  Amount level() const noexcept { return level_; }

  /// Puts an amount in; does not suspend if there is room for it and nobody waits to put.
  /// Requires: amount > 0 (asserted).
  ///
  /// Cancel: puts nothing in; who stood behind moves up.
  put_wait put(Amount amount) noexcept { return put_wait(*this, amount); }

  /// Takes an amount out; does not suspend if that much is there and nobody waits to get.
  /// Requires: amount > 0 (asserted).
  ///
  /// Cancel: takes nothing out; who stood behind moves up. What was handed over before the cancel
  ///         came is gone.
  get_wait get(Amount amount) noexcept { return get_wait(*this, amount); }

 private:
  class amount_wait;

  bool has_room(Amount amount) const noexcept { return amount <= capacity_ - level_; }
  bool has(Amount amount) const noexcept { return amount <= level_; }

  /// Serves who can be served now, but for the task `own`.
  void serve(const task_record* own) noexcept {
    if (putters_.empty() && getters_.empty()) [[likely]]
      return;
    while (serve_getter(own) || serve_putter(own)) continue;
  }
  bool serve_getter(const task_record* own) noexcept {
    list_wait* first = detail::first_of_others(getters_, own);
    if (first == nullptr || !has(static_cast<get_wait&>(*first).amount_)) return false;
    level_ -= static_cast<get_wait&>(*first).amount_;
    getters_.wake(*first);
    return true;
  }
  bool serve_putter(const task_record* own) noexcept {
    list_wait* first = detail::first_of_others(putters_, own);
    if (first == nullptr || !has_room(static_cast<put_wait&>(*first).amount_)) return false;
    level_ += static_cast<put_wait&>(*first).amount_;
    putters_.wake(*first);
    return true;
  }

  wait_list putters_;  // its first finds no room
  wait_list getters_;  // its first finds too little
  Amount capacity_;
  Amount level_;
};

/// A container of a real amount.
using container = basic_container<double>;

/// What the waits of a container have in common.
template <class Amount>
class basic_container<Amount>::amount_wait : public list_wait {
 protected:
  amount_wait(wait_list& queue, basic_container& changed, Amount amount) noexcept
      : list_wait(queue), changed_(changed), amount_(amount) {
    PIRN_ASSERT(amount > 0, "an amount that is put or got is more than nothing");
  }

  cancel_answer withdraw() noexcept override {
    leave();
    changed_.serve(waiter());
    return cancel_answer::gone;
  }

  basic_container& changed_;
  Amount amount_;
};

/// Waits for room for an amount.
template <class Amount>
class [[nodiscard]] basic_container<Amount>::put_wait final
    : public awaitable<put_wait, amount_wait> {
  using base = awaitable<put_wait, amount_wait>;

 public:
  std::string describe() const override {
    return "room for " + std::to_string(this->amount_) + " in container of " +
           std::to_string(this->changed_.capacity_);
  }

 private:
  friend base;
  friend basic_container;
  put_wait(basic_container& into, Amount amount) noexcept : base(into.putters_, into, amount) {}

  bool try_complete() noexcept {
    basic_container& into = this->changed_;
    if (!into.putters_.empty() || !into.has_room(this->amount_)) return false;
    into.level_ += this->amount_;
    into.serve(this->waiter());
    return true;
  }
};

/// Waits for an amount.
template <class Amount>
class [[nodiscard]] basic_container<Amount>::get_wait final
    : public awaitable<get_wait, amount_wait> {
  using base = awaitable<get_wait, amount_wait>;

 public:
  std::string describe() const override {
    return std::to_string(this->amount_) + " of container with " +
           std::to_string(this->changed_.level_);
  }

 private:
  friend base;
  friend basic_container;
  get_wait(basic_container& from, Amount amount) noexcept : base(from.getters_, from, amount) {}

  bool try_complete() noexcept {
    basic_container& from = this->changed_;
    if (!from.getters_.empty() || !from.has(this->amount_)) return false;
    from.level_ -= this->amount_;
    from.serve(this->waiter());
    return true;
  }
};

}  // namespace pirn::des
