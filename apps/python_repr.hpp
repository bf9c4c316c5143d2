// python_repr: a text between quotes, as Python shows it; and what Python takes for white space.
#pragma once

#include <string>
#include <string_view>

#include "name_index.hpp"

namespace pirn::apps {

/// Appends the text in quotes: 'rook', "jabberwocky's vest", 'a\tb\x1b'. Characters that are not
/// printable are spelled out; bytes that are no UTF-8 as the lone surrogates that Python makes of
/// them in arguments ('\udcff').
///
/// Source: repr() of str; PEP 383.
void append_python_repr(std::string& to, std::string_view text, const name_index& characters);

/// The text without white space at both ends.
/// Requires: it is UTF-8.
/// Source:   str.strip().
std::string_view python_stripped(std::string_view text) noexcept;

}  // namespace pirn::apps
