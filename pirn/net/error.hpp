// error: failures that name what was attempted and on what.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace pirn::net {

/// A std::system_error whose message reads `operation object: reason`.
/// Requires: error is an errno, or its negative.
std::system_error failure(std::string_view operation, std::string_view object, int error);

}  // namespace pirn::net
