// terminal: what standard error is shown on.
#pragma once

#include <cstddef>

namespace pirn::apps {

bool standard_error_is_terminal() noexcept;

/// Its present width in columns; 80 when it does not say.
std::size_t terminal_width() noexcept;

}  // namespace pirn::apps
