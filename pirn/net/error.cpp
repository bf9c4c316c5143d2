#include "pirn/net/error.hpp"

#include <cstdlib>

namespace pirn::net {

std::system_error failure(std::string_view operation, std::string_view object, int error) {
  std::string what(operation);
  what += ' ';
  what += object;
  return std::system_error(std::abs(error), std::generic_category(), what);
}

}  // namespace pirn::net
