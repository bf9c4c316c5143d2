// utf8: where characters end.
#pragma once

#include <cstddef>
#include <string_view>

namespace pirn::apps {

/// How many bytes the UTF-8 sequence at the front of `text` has; 0 when it is none.
/// Requires: `text` is not empty.
/// Source:   Unicode 15.0, table 3-7.
std::size_t utf8_sequence_size(std::string_view text) noexcept;

}  // namespace pirn::apps
