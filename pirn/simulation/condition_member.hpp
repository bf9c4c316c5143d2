// condition_member: how events, children, sleeps and conditions stand in a condition.
#pragma once

#include <cstddef>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/child.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/simulation/condition_core.hpp"
#include "pirn/simulation/event.hpp"

namespace pirn::des {

template <class... Members>
class condition;

namespace detail {

/// What a member has given: a reference to its value.
template <class Value>
class given {
 public:
  given() = default;
  explicit given(Value& value) noexcept : value_(&value) {}
  bool happened() const noexcept { return value_ != nullptr; }
  Value& get() const noexcept {
    PIRN_ASSERT(happened(), "a member of a condition has a value when it has happened");
    return *value_;
  }

 private:
  Value* value_ = nullptr;
};
/// That a member without a value has happened.
template <>
class given<void> {
 public:
  explicit given(bool happened = false) noexcept : happened_(happened) {}
  bool happened() const noexcept { return happened_; }
  void get() const noexcept {
    PIRN_ASSERT(happened(), "a member of a condition has a value when it has happened");
  }

 private:
  bool happened_;
};
/// What a condition in a condition has given, whether or not it has happened as a whole.
template <class Value>
class given_condition {
 public:
  given_condition(bool happened, Value value) noexcept : value_(value), happened_(happened) {}
  bool happened() const noexcept { return happened_; }
  const Value& get() const noexcept { return value_; }

 private:
  Value value_;
  bool happened_;
};

// Whether something that was not woken has happened nevertheless, in the moment that is left.
template <class T>
bool has_come(const event_wait<T>& wait) noexcept {
  return wait.is_over();
}
template <class T>
bool has_come(const child_wait<T, false>& wait) noexcept {
  return wait.holder()->has_ended();
}
inline bool has_come(const sleep_wait& wait) noexcept {
  return wait.until() <= now();
}

/// An occurrence with its wait, which is the member's own or (`Wait` is a reference) someone
/// else's.
template <class Wait>
class member_of final : public condition_member {
  using value_type = std::remove_reference_t<decltype(std::declval<Wait&>().await_resume())>;

 public:
  using given_type = given<value_type>;

  template <class Source>
  explicit member_of(Source& source) noexcept : own_(wait_of(source)) {
    use(own_);
  }

  given_type given_value() {
    if (!has_happened()) return given_type();
    if constexpr (std::is_void_v<value_type>) {
      return given_type(true);
    } else {
      return given_type(own_.await_resume());
    }
  }

 private:
  template <class Source>
  static Wait wait_of(Source& source) noexcept {
    if constexpr (std::is_reference_v<Wait>) {
      return source;
    } else {
      return source.wait();
    }
  }

  bool join(std::size_t) override { return own_.join_select(*waiter()); }
  bool is_over() const noexcept override { return has_come(own_); }
  void rethrow_failure() override { own_.await_resume(); }

  Wait own_;
};

// Events and children are asked for a wait; waits and conditions are used where they are. What is
// not named here takes something when it happens, and would lose it.
template <class Source>
struct member_for;
template <class T>
struct member_for<event<T>> {
  using type = member_of<event_wait<T>>;
};
template <class T>
struct member_for<child<T>> {
  using type = member_of<child_wait<T, false>>;
};
template <class T>
struct member_for<event_wait<T>> {
  using type = member_of<event_wait<T>&>;
};
template <class T>
struct member_for<child_wait<T, false>> {
  using type = member_of<child_wait<T, false>&>;
};
template <>
struct member_for<sleep_wait> {
  using type = member_of<sleep_wait&>;
};
template <class... Members>
struct member_for<condition<Members...>> {
  using type = condition<Members...>&;
};

template <class Source>
concept occurrence = requires { typename member_for<std::remove_cvref_t<Source>>::type; };

template <occurrence Source>
using member_t = typename member_for<std::remove_cvref_t<Source>>::type;

template <class... Sources>
concept misplaced = !(occurrence<Sources> && ...) && !(std::ranges::range<Sources> || ...);

template <class Source>
inline constexpr bool is_of_simulation = false;
template <class T>
inline constexpr bool is_of_simulation<event<T>> = true;
template <class... Members>
inline constexpr bool is_of_simulation<condition<Members...>> = true;

/// Whether `|` and `&` mean a condition: operators between strangers are none of ours.
template <class A, class B>
concept has_operators =
    occurrence<A> && occurrence<B> &&
    (is_of_simulation<std::remove_cvref_t<A>> || is_of_simulation<std::remove_cvref_t<B>>);

}  // namespace detail
}  // namespace pirn::des
