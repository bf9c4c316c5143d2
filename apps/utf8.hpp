// utf8: characters as bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pirn::apps {

/// How many bytes the UTF-8 sequence at the front of `text` has; 0 when it is none.
/// Requires: `text` is not empty.
/// Source:   Unicode 15.0, table 3-7.
std::size_t utf8_sequence_size(std::string_view text) noexcept;

/// The code point that a sequence stands for.
/// Requires: `sequence` is whole and alone, as utf8_sequence_size() measures it.
char32_t utf8_code(std::string_view sequence) noexcept;

/// Whether all of `text` is UTF-8.
bool is_utf8(std::string_view text) noexcept;

/// Appends the sequence of a code point.
void append_utf8(std::string& to, char32_t code);

}  // namespace pirn::apps
