// found_text: what was found, in words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "name_index.hpp"

namespace pirn::apps {

/// Appends a character's line, without an end: "U+265C \t♜\tBLACK CHESS ROOK".
void append_found(std::string& to, char32_t code, const name_index& index);

/// Appends how much was found, without an end of line: "2 matches for 'black rook'".
void append_status(std::string& to, std::size_t count, std::string_view query,
                   const name_index& index);

/// Appends a character as a JSON object: {"code": "U+265C", "character": "♜", "name": "..."}.
void append_found_json(std::string& to, char32_t code, const name_index& index);

}  // namespace pirn::apps
