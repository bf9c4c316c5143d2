// message: a value of any shape: what Python sends when it sends a list of things.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "pirn/remote/archive.hpp"

namespace pirn {

/// The value that is none.
struct none_t {
  friend bool operator==(none_t, none_t) = default;
};
inline constexpr none_t none;

/// None, a bool, an integer, a floating-point number, text, bytes, a list or a dict of such values:
///   message told = message::list{1, "hello", none};
///
/// It travels like any other value, and carries its shape with it.
/// Source: what Python pickles without classes.
class message {
 public:
  using bytes = std::vector<std::byte>;
  using list = std::vector<message>;
  using dict = std::map<std::string, message, std::less<>>;
  using value_type =
      std::variant<none_t, bool, std::int64_t, double, std::string, bytes, list, dict>;

  message() = default;  ///< none
  message(none_t) noexcept {}
  template <std::same_as<bool> Bool>
  message(Bool value) noexcept : value_(value) {}
  /// Throws: std::out_of_range when it does not fit in 64 bits with a sign.
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
  message(Integer value) : value_(fitting(value)) {}
  message(double value) noexcept : value_(value) {}
  message(const char* text) : value_(std::string(text)) {}
  message(std::string_view text) : value_(std::string(text)) {}
  message(std::string text) noexcept : value_(std::move(text)) {}
  message(bytes value) noexcept : value_(std::move(value)) {}
  message(list value) noexcept : value_(std::move(value)) {}
  message(dict value) noexcept : value_(std::move(value)) {}

  template <class T>
  bool is() const noexcept {
    return std::holds_alternative<T>(value_);
  }
  /// What it holds.
  /// Throws: std::bad_variant_access when that is no T.
  template <class T>
  T& as() {
    return std::get<T>(value_);
  }
  template <class T>
  const T& as() const {
    return std::get<T>(value_);
  }
  /// For std::visit.
  const value_type& value() const noexcept { return value_; }

  /// As Python prints it: `[1, 'hello', None]`.
  std::string to_string() const;

  friend bool operator==(const message&, const message&) = default;

  // How it travels.
  /// Throws: std::length_error when it is nested more than 500 deep.
  void save(remote::archive_out& archive) const;
  void load(remote::archive_in& archive);

 private:
  template <class Integer>
  static std::int64_t fitting(Integer value) {
    if (!std::in_range<std::int64_t>(value)) refuse_integer();
    return static_cast<std::int64_t>(value);
  }
  [[noreturn]] static void refuse_integer();

  value_type value_;
};

}  // namespace pirn
