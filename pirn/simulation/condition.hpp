// condition: waits for any or all of several occurrences, and tells which have happened.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/simulation/condition_core.hpp"
#include "pirn/simulation/condition_member.hpp"

namespace pirn::des {

/// What has happened of a condition's members, by their places in it.
///
/// Lifetime: values are referred to: those of events and children live with these.
template <class... Given>
class condition_value {
 public:
  explicit condition_value(Given... given) noexcept : given_(given...) {}

  /// Whether the member has happened.
  template <std::size_t Index>
  bool happened() const noexcept {
    return std::get<Index>(given_).happened();
  }
  /// The member's value: an event's or a child's by reference, a condition's as a condition_value.
  /// Requires: it has happened (asserted); of a condition that has not, it tells what has.
  template <std::size_t Index>
  decltype(auto) get() const noexcept {
    return std::get<Index>(given_).get();
  }

 private:
  std::tuple<Given...> given_;
};

/// Waits for any or all of its members. Made by any_of() and all_of().
template <class... Members>
class [[nodiscard]] condition final
    : public awaitable<condition<Members...>, detail::condition_core> {
  using base = awaitable<condition<Members...>, detail::condition_core>;
  using kind = typename base::kind;
  using value_type = condition_value<typename std::remove_reference_t<Members>::given_type...>;

 public:
  /// As a member of another condition.
  using given_type = detail::given_condition<value_type>;
  given_type given_value() { return given_type(this->has_happened(), value()); }

  /// It names its members' waits itself, as a select does.
  static constexpr bool selectable = false;

 private:
  friend base;
  template <class... Sources>
  friend condition<detail::member_t<Sources>...> any_of(Sources&&... members) noexcept;
  template <class... Sources>
  friend condition<detail::member_t<Sources>...> all_of(Sources&&... members) noexcept;

  template <class... Sources>
  explicit condition(kind needed, Sources&... sources) noexcept
      : base(needed), members_(sources...) {
    std::apply([this](auto&... each) { terms_ = {&each...}; }, members_);
    this->use(terms_);
  }

  value_type result() {
    this->check_failure();
    this->catch_up();
    return value();
  }
  value_type value() {
    return std::apply([](auto&... each) { return value_type(each.given_value()...); }, members_);
  }

  std::tuple<Members...> members_;
  std::array<detail::condition_term*, sizeof...(Members)> terms_;
};

/// Waits until one of its members has happened; with no members, not at all. Members are events,
/// children (processes), sleeps, and conditions:
/// `auto which = co_await any_of(repaired, worker, sleep_for(5min));`
///
/// Nothing is taken from a member: an event keeps its value, a child its result. What takes
/// something (a request, an item of a store) goes into select(), which takes exactly one.
///
/// Returns:  a `condition_value`, which tells what has happened by the moment at which the task
///           goes on, what had happened before included.
/// Throws:   what the first member to fail fails with; a child that was cancelled fails with
///           future_cancelled.
/// Cancel:   withdraws all waits; no member notices.
/// Lifetime: the members must outlive the wait: await it in the same expression.
/// Source:   SimPy's AnyOf, whose value is flat: here that of a condition in it has a place.
template <class... Sources>
condition<detail::member_t<Sources>...> any_of(Sources&&... members) noexcept {
  using made = condition<detail::member_t<Sources>...>;
  return made(made::kind::any, members...);
}

/// Waits until all of its members have happened, or one has failed; with no members, not at all.
/// Otherwise as any_of().
///
/// Source: SimPy's AllOf.
template <class... Sources>
condition<detail::member_t<Sources>...> all_of(Sources&&... members) noexcept {
  using made = condition<detail::member_t<Sources>...>;
  return made(made::kind::all, members...);
}

// What they are not of, in words.
template <class... Sources>
  requires detail::misplaced<Sources...>
condition<> any_of(Sources&&...) noexcept {
  static_assert(sizeof...(Sources) == 0,
                "a condition is of events, children, sleeps and conditions, which lose nothing by "
                "it: what takes something goes into select(), which takes exactly one");
  return all_of();
}
template <class... Sources>
  requires detail::misplaced<Sources...>
condition<> all_of(Sources&&... members) noexcept {
  return any_of(members...);
}

/// `co_await (a | b)` is `co_await any_of(a, b)`; one of the two is an event or a condition.
template <class A, class B>
  requires detail::has_operators<A, B>
auto operator|(A&& a, B&& b) noexcept {
  return any_of(std::forward<A>(a), std::forward<B>(b));
}
/// `co_await (a & b)` is `co_await all_of(a, b)`.
template <class A, class B>
  requires detail::has_operators<A, B>
auto operator&(A&& a, B&& b) noexcept {
  return all_of(std::forward<A>(a), std::forward<B>(b));
}

}  // namespace pirn::des
