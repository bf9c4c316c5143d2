// Apart from future.cpp, so that a program that prints no future need not load fmt.
#include <fmt/format.h>

#include "pirn/exec/future.hpp"

namespace pirn::detail {

fmt::format_context::iterator future_formatter::format(const future_base& shown,
                                                       fmt::format_context& context) const {
  return fmt::formatter<std::string_view>::format(to_string(shown), context);
}

}  // namespace pirn::detail
