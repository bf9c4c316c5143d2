// exceptions: how an exception crosses a process: with its type and its message.
#pragma once

#include <concepts>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <typeinfo>

#include "pirn/remote/archive.hpp"

namespace pirn::remote {

/// An exception of the other process whose type cannot be made again here. Its what() is
/// "type: message".
class remote_error : public std::runtime_error {
 public:
  remote_error(const std::string& type_name, const std::string& message)
      : std::runtime_error(message.empty() ? type_name : type_name + ": " + message),
        type_name_(type_name),
        message_(message) {}

  /// As it is written in the source.
  const std::string& type_name() const noexcept { return type_name_; }
  const std::string& message() const noexcept { return message_; }

 private:
  std::string type_name_;
  std::string message_;
};

namespace detail {
using exception_maker = std::exception_ptr (*)(const std::string& message);
void add_exception(const std::type_info& type, exception_maker make);
}  // namespace detail

/// Lets exceptions of type E cross with their type; E is made again from what() alone. A type
/// derived from E is not E. Those of the standard library and of pirn are known already.
///
///     const bool registered = pirn::remote::register_exception<my_error>();
///
/// Requires: called in both processes: at namespace scope, or before process_main().
/// Returns:  true.
template <class E>
  requires std::derived_from<E, std::exception> && std::constructible_from<E, const std::string&>
bool register_exception() {
  detail::add_exception(
      typeid(E), [](const std::string& message) { return std::make_exception_ptr(E(message)); });
  return true;
}

/// Lets the codes of a category cross in std::system_error. The standard library's are known.
/// Returns: true.
bool register_category(const std::error_category& category);

/// Requires: `error` is not null.
void save_exception(archive_out& archive, const std::exception_ptr& error);
/// Returns: never null.
/// Throws:  message_error.
std::exception_ptr load_exception(archive_in& archive);

}  // namespace pirn::remote
