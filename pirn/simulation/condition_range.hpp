// condition_range: any or all of a range of events or processes, whose number the program decides.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/base/assert.hpp"
#include "pirn/simulation/condition.hpp"

namespace pirn::des {

template <class Member>
class condition_range;

namespace detail {

/// Several events or children, one after another.
template <class Range>
concept occurrence_range = std::ranges::forward_range<Range> &&
                           std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>> &&
                           occurrence<std::ranges::range_reference_t<Range>>;

template <occurrence_range Range>
using condition_of = condition_range<member_t<std::ranges::range_reference_t<Range>>>;

template <class Member>
struct member_for<condition_range<Member>> {
  using type = condition_range<Member>&;
};
template <class Member>
inline constexpr bool is_of_simulation<condition_range<Member>> = true;

}  // namespace detail

/// What has happened of the members of a range, by their places in it.
///
/// Lifetime: values are referred to: those of events and children live with these.
template <class Given>
class condition_values {
 public:
  explicit condition_values(std::vector<Given> given) noexcept : given_(std::move(given)) {}

  std::size_t size() const noexcept { return given_.size(); }
  /// How many have happened.
  std::size_t count() const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(given_, &Given::happened));
  }
  /// Requires: index < size() (asserted).
  bool happened(std::size_t index) const noexcept { return at(index).happened(); }
  /// The member's value.
  /// Requires: it has happened (asserted).
  decltype(auto) get(std::size_t index) const noexcept { return at(index).get(); }

 private:
  const Given& at(std::size_t index) const noexcept {
    PIRN_ASSERT(index < given_.size(), "a condition has no such member");
    return given_[index];
  }

  std::vector<Given> given_;
};

/// Waits for any or all of the members of a range. Made by any_of() and all_of().
template <class Member>
class [[nodiscard]] condition_range final
    : public awaitable<condition_range<Member>, detail::condition_core> {
  using base = awaitable<condition_range<Member>, detail::condition_core>;
  using kind = typename base::kind;
  using value_type = condition_values<typename Member::given_type>;

 public:
  /// As a member of another condition.
  using given_type = detail::given_condition<value_type>;
  given_type given_value() { return given_type(this->has_happened(), value()); }

  static constexpr bool selectable = false;

 private:
  friend base;
  template <detail::occurrence_range Range>
  friend detail::condition_of<Range> any_of(Range&& members);
  template <detail::occurrence_range Range>
  friend detail::condition_of<Range> all_of(Range&& members);

  template <class Range>
  condition_range(kind needed, Range& sources) : base(needed) {
    for (auto& each : sources) terms_.push_back(&members_.emplace_back(each));
    this->use(terms_);
  }

  value_type result() {
    this->check_failure();
    this->catch_up();
    return value();
  }
  value_type value() {
    std::vector<typename Member::given_type> given;
    given.reserve(members_.size());
    for (Member& each : members_) given.push_back(each.given_value());
    return value_type(std::move(given));
  }

  std::deque<Member> members_;
  std::vector<detail::condition_term*> terms_;
};

/// any_of() for a range of events or children: `co_await any_of(machines)` with a
/// `std::vector<child<>>`.
///
/// Returns: a `condition_values`, which tells what has happened.
/// Cost:    unlike that for members that are written down, it allocates.
template <detail::occurrence_range Range>
detail::condition_of<Range> any_of(Range&& members) {
  return {detail::condition_of<Range>::kind::any, members};
}

/// all_of() for a range of events or children.
template <detail::occurrence_range Range>
detail::condition_of<Range> all_of(Range&& members) {
  return {detail::condition_of<Range>::kind::all, members};
}

}  // namespace pirn::des
