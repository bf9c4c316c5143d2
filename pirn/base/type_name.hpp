// type_name: a type as it is written in a program, for messages.
#pragma once

#include <exception>
#include <string>
#include <typeinfo>

namespace pirn {

/// "int", "std::runtime_error", "std::string", "std::vector<int>".
std::string type_name(const std::type_info& type);

/// The name of the type that was thrown.
/// Requires: not null.
std::string type_name(const std::exception_ptr& error);

}  // namespace pirn
