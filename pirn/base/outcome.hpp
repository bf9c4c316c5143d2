// outcome: how something ended: not yet, with a value, or with an exception.
#pragma once

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/base/compiler.hpp"

namespace pirn {

/// The result of a computation: empty until it ends, then a value of `T` or an exception.
///
/// `T` may be a value, `void`, or a reference (kept as a pointer). An outcome is set once.
template <class T>
class outcome {
  using stored = std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T>*, T>;

 public:
  outcome() noexcept {}  // NOLINT: the union starts without a member
  outcome(outcome&& other) noexcept(std::is_nothrow_move_constructible_v<stored>)
      : state_(other.state_) {
    if (state_ == state::value) std::construct_at(&value_, std::move(other.value_));
    if (state_ == state::error) std::construct_at(&error_, std::move(other.error_));
  }
  outcome& operator=(outcome&&) = delete;  // set once
  ~outcome() { clear(); }

  bool empty() const noexcept { return state_ == state::empty; }
  bool has_value() const noexcept { return state_ == state::value; }
  bool has_error() const noexcept { return state_ == state::error; }

  template <class... Args>
  void set_value(Args&&... args) {
    PIRN_ASSERT(empty(), "an outcome is set once");
    set_first_value(std::forward<Args>(args)...);
  }
  /// set_value() without the check, for what is called once by the rules of the language.
  template <class... Args>
  void set_first_value(Args&&... args) {
    if constexpr (std::is_reference_v<T>) {
      std::construct_at(&value_, std::addressof(args)...);
    } else {
      std::construct_at(&value_, std::forward<Args>(args)...);
    }
    state_ = state::value;
  }

  void set_error(std::exception_ptr error) noexcept {
    if (state_ == state::value) std::destroy_at(&value_);  // a destructor threw after co_return
    if (state_ == state::error) std::destroy_at(&error_);
    std::construct_at(&error_, std::move(error));
    state_ = state::error;
  }

  /// The exception, or null when there is none.
  std::exception_ptr error() const noexcept { return has_error() ? error_ : nullptr; }

  /// The value, still kept here, or rethrows the exception.
  /// Requires: not empty.
  std::add_lvalue_reference_t<T> value() {
    if (state_ != state::value) [[unlikely]]
      throw_no_value();
    if constexpr (std::is_reference_v<T>) {
      return *value_;
    } else {
      return value_;
    }
  }

  const stored& value() const
    requires(!std::is_reference_v<T>)
  {
    if (state_ != state::value) [[unlikely]]
      throw_no_value();
    return value_;
  }

  /// Moves the value out, or rethrows the exception.
  /// Requires: not empty.
  T take() {
    if (state_ != state::value) [[unlikely]]
      throw_no_value();
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*value_);
    } else {
      return std::move(value_);
    }
  }

 private:
  enum class state : unsigned char { empty, value, error };

  [[noreturn, gnu::cold, gnu::noinline]] void throw_no_value() const {
    PIRN_ASSERT(state_ == state::error, "the outcome is not there yet");
    std::rethrow_exception(error_);
  }
  void clear() noexcept {
    if (state_ == state::value) std::destroy_at(&value_);
    if (state_ == state::error) [[unlikely]]
      drop_error();
  }
  [[gnu::cold, gnu::noinline]] PIRN_PRESERVE_MOST void drop_error() noexcept {
    std::destroy_at(&error_);
  }

  union {
    stored value_;
    std::exception_ptr error_;
  };
  state state_ = state::empty;
};

/// The result of a computation that has no value: empty, done, or an exception.
template <>
class outcome<void> {
 public:
  bool empty() const noexcept { return !done_ && !error_; }
  bool has_value() const noexcept { return done_; }
  bool has_error() const noexcept { return static_cast<bool>(error_); }

  void set_value() noexcept { done_ = true; }
  void set_error(std::exception_ptr error) noexcept {
    done_ = false;
    error_ = std::move(error);
  }

  std::exception_ptr error() const noexcept { return error_; }

  void take() {
    if (!done_) [[unlikely]]
      throw_not_done();
  }

 private:
  [[noreturn, gnu::cold, gnu::noinline]] void throw_not_done() const {
    PIRN_ASSERT(error_ != nullptr, "the outcome is not there yet");
    std::rethrow_exception(error_);
  }

  std::exception_ptr error_;
  bool done_ = false;
};

}  // namespace pirn
