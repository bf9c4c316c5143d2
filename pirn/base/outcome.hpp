// outcome: how something ended: not yet, with a value, or with an exception.
#pragma once

#include <cstdint>
#include <cstring>
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

/// The result of a computation that has no value: empty, done, or an exception. One word, for each
/// task has one: an exception_ptr is a pointer, and neither 0 nor 1 when there is an exception.
template <>
class outcome<void> {
 public:
  outcome() noexcept {}  // NOLINT: the union starts with its number
  outcome(outcome&& other) noexcept : word_(other.word()) {
    if (has_error()) std::construct_at(&error_, std::move(other.error_));
  }
  outcome& operator=(outcome&&) = delete;  // set once
  ~outcome() {
    if (has_error()) [[unlikely]]
      drop_error();
  }

  bool empty() const noexcept { return word() == nothing; }
  bool has_value() const noexcept { return word() == done; }
  bool has_error() const noexcept { return word() > done; }

  void set_value() noexcept { word_ = done; }
  void set_error(std::exception_ptr error) noexcept {
    if (has_error()) drop_error();
    std::construct_at(&error_, std::move(error));
  }

  std::exception_ptr error() const noexcept { return has_error() ? error_ : nullptr; }

  void take() {
    if (!has_value()) [[unlikely]]
      throw_not_done();
  }

 private:
  static constexpr std::uintptr_t nothing = 0;
  static constexpr std::uintptr_t done = 1;

  std::uintptr_t word() const noexcept {
    static_assert(sizeof(std::exception_ptr) == sizeof(std::uintptr_t));
    std::uintptr_t bits = 0;
    std::memcpy(&bits, static_cast<const void*>(&word_), sizeof bits);
    return bits;
  }
  [[noreturn, gnu::cold, gnu::noinline]] void throw_not_done() const {
    PIRN_ASSERT(has_error(), "the outcome is not there yet");
    std::rethrow_exception(error_);
  }
  [[gnu::cold, gnu::noinline]] PIRN_PRESERVE_MOST void drop_error() noexcept {
    std::destroy_at(&error_);
    word_ = nothing;
  }

  union {
    std::uintptr_t word_ = nothing;
    std::exception_ptr error_;
  };
};

}  // namespace pirn
