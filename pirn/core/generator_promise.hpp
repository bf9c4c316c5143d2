// generator_promise: what runs inside a generator: its co_yields, its delegations, its result.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "pirn/base/compiler.hpp"
#include "pirn/core/generator_error.hpp"
#include "pirn/core/generator_frame.hpp"

namespace pirn {

template <class Yield, class Send, class Return>
class generator;

struct nothing_t;

}  // namespace pirn

namespace pirn::detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// `co_yield` can evaluate to "nothing was sent".
template <class Send>
concept nullable_send = std::is_pointer_v<Send> || is_optional<Send>;

/// A started generator may be stepped without a value.
template <class Send>
concept sends_nothing = std::is_void_v<Send> || nullable_send<Send>;

/// What next() and send() return.
template <class Yield>
struct generator_step {
  using type = std::optional<Yield>;
};
template <class Yield>
  requires std::is_reference_v<Yield>
struct generator_step<Yield> {
  using type = std::remove_reference_t<Yield>*;
};

/// What a generator returned. A result is there once the body has returned, until it is taken.
template <class Return>
class generator_result {
 public:
  template <class Value = Return>
    requires std::convertible_to<Value, Return>
  void return_value(Value&& value) {
    result_.emplace(std::forward<Value>(value));
  }
  bool has_result() const noexcept { return result_.has_value(); }
  void drop_result() noexcept { result_.reset(); }
  Return& result() noexcept { return *result_; }
  Return take_result() {
    if (!has_result()) throw generator_has_no_result();
    Return taken = std::move(*result_);
    result_.reset();
    return taken;
  }

 private:
  std::optional<Return> result_;
};

template <class Return>
class generator_result<Return&> {
 public:
  void return_value(Return& value) noexcept { result_ = std::addressof(value); }
  bool has_result() const noexcept { return result_ != nullptr; }
  void drop_result() noexcept { result_ = nullptr; }
  Return& result() noexcept { return *result_; }
  Return& take_result() {
    if (!has_result()) throw generator_has_no_result();
    return *std::exchange(result_, nullptr);
  }

 private:
  Return* result_ = nullptr;
};

template <>
class generator_result<void> {
 public:
  void return_void() noexcept { returned_ = true; }
  bool has_result() const noexcept { return returned_; }
  void drop_result() noexcept { returned_ = false; }
  void result() const noexcept {}
  void take_result() const noexcept {}

 private:
  bool returned_ = false;
};

/// Awaits the next step, having yielded an object that the co_yield expression keeps alive.
template <class Promise>
class yielded_object {
 public:
  yielded_object(Promise& promise, void* object) noexcept : promise_(promise), object_(object) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) noexcept { promise_.publish(object_); }
  decltype(auto) await_resume() { return promise_.received(); }

 private:
  Promise& promise_;
  void* object_;
};

/// The same with a copy of what the body keeps: the caller may move from what it is given.
template <class Promise, class Yield>
class yielded_copy {
 public:
  yielded_copy(Promise& promise, const Yield& object) : promise_(promise), copy_(object) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) noexcept { promise_.publish(erased_address(copy_)); }
  decltype(auto) await_resume() { return promise_.received(); }

 private:
  Promise& promise_;
  Yield copy_;
};

/// What `from(sub)` makes: a sub generator on its way into a delegator, owned or borrowed.
template <class Promise>
class generator_source {
 public:
  generator_source(Promise* sub, bool owns) noexcept { link_ = {.sub = sub, .owns_sub = owns}; }
  generator_source(generator_source&& other) noexcept : link_(std::exchange(other.link_, {})) {}
  generator_source& operator=(generator_source&&) = delete;
  ~generator_source() {
    if (link_.sub != nullptr && link_.owns_sub) link_.sub->destroy();
  }

  Promise* sub() const noexcept { return static_cast<Promise*>(link_.sub); }
  generator_link& link() noexcept { return link_; }

 private:
  generator_link link_;
};

/// What `from(range)` makes.
template <class View>
class range_source {
 public:
  explicit range_source(View view) : view_(std::move(view)) {}
  View take() { return std::move(view_); }

 private:
  View view_;
};

template <class View>
inline constexpr bool owns_elements = false;
template <class Range>
inline constexpr bool owns_elements<std::ranges::owning_view<Range>> = true;

/// Awaits the end of a sub generator that runs in the delegator's place.
template <class Delegator, class Sub>
class generator_delegation {
 public:
  generator_delegation(Delegator& delegator, generator_source<Sub>&& source)
      : delegator_(delegator),
        source_(std::move(source)),
        runs_(source_.sub() != nullptr &&
              delegator.can_delegate_to(*source_.sub(), !sends_nothing<typename Sub::send_type>)) {}
  generator_delegation(generator_delegation&&) = delete;  // the sub points at the link

  bool await_ready() const noexcept { return !runs_; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>) noexcept {
    return delegator_.push(source_.link());
  }
  typename Sub::return_type await_resume() { return delegator_.result_of(source_.sub()); }

 private:
  Delegator& delegator_;
  generator_source<Sub> source_;
  bool runs_;
};

template <class Yield, class View>
generator<Yield, void, void> elements_of(View view);

/// The promise of generator<Yield, Send, Return>.
template <class Yield, class Send, class Return>
class generator_promise final : public generator_frame, public generator_result<Return> {
 public:
  using send_type = Send;
  using return_type = Return;
  using argument = std::conditional_t<std::is_void_v<Send>, const nothing_t, Send>;

  // GCC before 13 destroys such a temporary twice (PR99576, PR100611).
  static constexpr bool yield_breaks =
      closure_temporaries_break && std::is_aggregate_v<std::remove_cvref_t<Yield>> &&
      !std::is_trivially_destructible_v<std::remove_cvref_t<Yield>>;

  generator_promise() noexcept
      : generator_frame(std::coroutine_handle<generator_promise>::from_promise(*this),
                        !std::is_void_v<Send>) {}

  generator<Yield, Send, Return> get_return_object() noexcept {
    return generator<Yield, Send, Return>(this);
  }
  std::suspend_always initial_suspend() const noexcept { return {}; }
  auto final_suspend() noexcept { return ending(*this); }
  void unhandled_exception() noexcept {
    this->drop_result();
    this->set_exception();
  }
  void await_transform(auto&&) = delete;  // a generator yields; only tasks await

  /// `co_yield value`: an rvalue, or what `Yield` refers to.
  yielded_object<generator_promise> yield_value(std::add_rvalue_reference_t<Yield> value) noexcept {
    static_assert(
        std::is_lvalue_reference_v<Yield> || !yield_breaks,
        "GCC 12 miscompiles co_yield of an aggregate temporary that owns something: yield "
        "a named object by copy, or give the type a constructor");
    return {*this, erased_address(value)};
  }

  /// `co_yield object` copies what the body keeps.
  yielded_copy<generator_promise, Yield> yield_value(const Yield& object)
    requires(!std::is_reference_v<Yield> && std::copy_constructible<Yield>)
  {
    return {*this, object};
  }

  /// As the assertion above, where `Yield` is a reference that would take a temporary.
  void yield_value(std::remove_cvref_t<Yield>&&)
    requires(std::is_lvalue_reference_v<Yield> && yield_breaks)
  = delete;

  /// `co_yield from(sub)`
  template <class SubYield, class SubSend, class SubReturn>
  auto yield_value(generator_source<generator_promise<SubYield, SubSend, SubReturn>>&& source) {
    static_assert(std::same_as<Yield, SubYield>,
                  "a generator delegates to one that yields the same type");
    static_assert(std::same_as<Send, SubSend> || std::is_void_v<SubSend> ||
                      (std::is_void_v<Send> && nullable_send<SubSend>),
                  "a generator delegates to one that is sent the same type, or nothing");
    using sub = generator_promise<SubYield, SubSend, SubReturn>;
    return generator_delegation<generator_promise, sub>(*this, std::move(source));
  }

  /// `co_yield from(range)`
  template <class View>
  auto yield_value(range_source<View>&& source) {
    return yield_value(from(elements_of<Yield>(source.take())));
  }

  // The caller's side; `this` is the root.

  /// Steps without a value.
  /// Returns: false when the body has ended or had been closed.
  bool advance() {
    if (!this->is_ready()) [[unlikely]] {
      this->check_idle();
      if (!this->is_created()) return false;
    } else if constexpr (nullable_send<Send>) {
      this->put_value(nullptr);
    } else if constexpr (!std::is_void_v<Send>) {
      if (this->leaf_takes_value()) throw generator_needs_value();
    }
    return finish_step();
  }

  /// Steps with whatever was put in before.
  bool finish_step() {
    if (this->step()) [[likely]]
      return true;
    this->rethrow_failure();
    return false;
  }

  /// Steps with `value`, which lives until the step's end.
  bool advance_with(argument& value) {
    if (!this->is_ready()) [[unlikely]] {
      this->check_idle();
      if (!this->is_created()) return false;
      if (!is_null(value)) throw generator_not_started();
    }
    this->put_value(erased_address(value));
    if (!this->leaf_takes_value()) [[unlikely]] {
      if (!is_null(value)) this->refuse_value();
    }
    return finish_step();
  }

 private:
  template <class>
  friend class yielded_object;
  template <class, class>
  friend class yielded_copy;
  template <class, class>
  friend class generator_delegation;

  static bool is_null(const argument& value) noexcept {
    if constexpr (nullable_send<Send>) {
      return !value;
    } else {
      return false;
    }
  }

  // What the co_yield at which the body stood evaluates to, or throws.
  Send received() {
    if constexpr (std::is_void_v<Send>) {
      if (this->has_exception()) [[unlikely]]
        this->rethrow_exception();
    } else {
      if (this->sent() == nullptr) [[unlikely]]
        return received_nothing();
      return static_cast<Send&&>(*static_cast<std::remove_reference_t<Send>*>(this->sent()));
    }
  }

  [[gnu::cold]] Send received_nothing() {
    if constexpr (nullable_send<Send>) {
      if (!this->has_exception()) return Send{};
    }
    this->rethrow_exception();
  }

  // What `co_yield from(sub)` evaluates to, or throws.
  template <class Sub>
  typename Sub::return_type result_of(Sub* sub) {
    if (this->has_exception()) [[unlikely]]
      this->rethrow_exception();
    if (sub != nullptr) {
      sub->rethrow_failure();
      return sub->take_result();
    }
    if constexpr (!std::is_void_v<typename Sub::return_type>) throw generator_has_no_result();
  }

  // The last awaiter: hands control to the delegator, else to the caller.
  class ending {
   public:
    explicit ending(generator_promise& promise) noexcept : promise_(promise) {}
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<>) noexcept {
      return promise_.finish();
    }
    void await_resume() const noexcept {}

   private:
    generator_promise& promise_;
  };
};

}  // namespace pirn::detail
