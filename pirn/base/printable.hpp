// printable: text from outside, for a line of a log or of a terminal.
#pragma once

#include <string>
#include <string_view>

namespace pirn {

/// The text with its control bytes written out, as Python and C write them (`\n`, `\x1b`), so that
/// nobody's name begins a line of its own or moves a cursor. All else stays as it is, a backslash
/// too: for people to read, not for programs to read back.
std::string printable(std::string_view text);

}  // namespace pirn
