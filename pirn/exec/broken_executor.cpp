#include "pirn/exec/broken_executor.hpp"

#include <string>

#include "pirn/core/exception_group.hpp"

namespace pirn::detail {

std::exception_ptr broken_by_initializer(std::string_view kind, std::string_view name) noexcept {
  try {
    std::string whose(kind);
    if (!name.empty()) whose.append(" '").append(name).append("'");
    return std::make_exception_ptr(broken_executor("the initializer of the " + whose + " failed: " +
                                                   describe_exception(std::current_exception())));
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace pirn::detail
