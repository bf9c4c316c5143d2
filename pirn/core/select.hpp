// select: waits for the first of several waits; exactly one of them happens.
#pragma once

#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "pirn/core/loop.hpp"
#include "pirn/core/wait.hpp"

namespace pirn {

/// The part of a select that does not depend on its members' types. When a member is woken the
/// others are withdrawn at once, before anything else can happen to them.
class select_wait : public wait_node {
 public:
  std::string describe() const override;

 protected:
  select_wait() = default;

  virtual std::size_t member_count() const noexcept = 0;
  virtual wait_node& member(std::size_t index) const noexcept = 0;
  virtual bool join(std::size_t index) = 0;

  /// Lets the members try and stand by, in order, until one has happened.
  bool join_members();
  cancel_answer withdraw() noexcept override;
  void member_woken(wait_node& woken) noexcept override;

  static constexpr std::size_t none = SIZE_MAX;
  std::size_t winner_ = none;

 private:
  void withdraw_but(std::size_t kept) noexcept;
  std::size_t joined_ = 0;
  bool joining_ = false;
};

namespace detail {

template <class Wait>
using select_element_t =
    std::conditional_t<std::is_void_v<decltype(std::declval<Wait&>().await_resume())>,
                       std::monostate,
                       std::decay_t<decltype(std::declval<Wait&>().await_resume())>>;

}  // namespace detail

template <class... Waits>
class [[nodiscard]] select_of final : public awaitable<select_of<Waits...>, select_wait> {
  using base = awaitable<select_of<Waits...>, select_wait>;
  using result_type = std::variant<detail::select_element_t<Waits>...>;

 public:
  static constexpr bool selectable = false;  // the outer one names all members itself

  explicit select_of(Waits&... members) noexcept : members_(members...), nodes_{&members...} {}

 private:
  friend base;

  bool try_complete() { return this->join_members(); }
  void enqueue() noexcept {}
  result_type result() { return take(std::index_sequence_for<Waits...>{}); }

  std::size_t member_count() const noexcept override { return sizeof...(Waits); }
  wait_node& member(std::size_t index) const noexcept override { return *nodes_[index]; }
  bool join(std::size_t index) override {
    return join_at(index, std::index_sequence_for<Waits...>{});
  }

  template <std::size_t... Index>
  bool join_at(std::size_t index, std::index_sequence<Index...>) {
    bool done = false;
    ((index == Index && (done = std::get<Index>(members_).join_select(*this->waiter()))), ...);
    return done;
  }
  template <std::size_t... Index>
  result_type take(std::index_sequence<Index...>) {
    std::optional<result_type> taken;
    ((this->winner_ == Index ? take_from<Index>(taken) : void()), ...);
    return *std::move(taken);
  }
  template <std::size_t Index>
  void take_from(std::optional<result_type>& taken) {
    auto& wait = std::get<Index>(members_);
    if constexpr (std::is_void_v<decltype(wait.await_resume())>) {
      wait.await_resume();
      taken.emplace(std::in_place_index<Index>);
    } else {
      taken.emplace(std::in_place_index<Index>, wait.await_resume());
    }
  }

  std::tuple<Waits&...> members_;
  wait_node* nodes_[sizeof...(Waits)];
};

/// Waits for the first of several waits. Exactly one happens; the others are withdrawn and lose
/// nothing. Of several that can happen at once it is the first in the order of the arguments.
///
/// Returns:  a variant whose index tells which.
/// Cancel:   withdraws them all.
/// Lifetime: the waits must outlive the select: await it in the same expression.
/// Example:  `auto which = co_await select(queue.pop(), stop.wait());`
template <class... Waits>
  requires(sizeof...(Waits) > 0)
select_of<std::remove_reference_t<Waits>...> select(Waits&&... waits) noexcept {
  static_assert((std::remove_reference_t<Waits>::selectable && ...),
                "this wait cannot be taken back once begun: race() it as a task instead; a select "
                "in a select names its waits itself");
  return select_of<std::remove_reference_t<Waits>...>(waits...);
}

}  // namespace pirn
