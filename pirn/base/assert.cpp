#include "pirn/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace pirn::detail {

void assertion_failed(const char* condition, const char* message,
                      std::source_location where) noexcept {
  std::fprintf(stderr, "%s:%u: %s: pirn: %s (%s)\n", where.file_name(), where.line(),
               where.function_name(), message, condition);
  std::abort();
}

}  // namespace pirn::detail
