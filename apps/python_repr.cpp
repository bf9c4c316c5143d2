#include "python_repr.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/core.h>
#include <fmt/format.h>

#include "utf8.hpp"

namespace pirn::apps {

namespace {

void append_spelled_out(std::string& to, char32_t code) {
  const auto number = static_cast<std::uint32_t>(code);
  const auto out = std::back_inserter(to);
  if (code < 0x100) {
    fmt::format_to(out, "\\x{:02x}", number);
  } else if (code < 0x10000) {
    fmt::format_to(out, "\\u{:04x}", number);
  } else {
    fmt::format_to(out, "\\U{:08x}", number);
  }
}

void append_ascii(std::string& to, char c, char quote) {
  constexpr char deleted = '\x7f';
  constexpr std::string_view named = "\t\n\r\\";
  constexpr std::string_view letters = "tnr\\";
  const std::size_t at = named.find(c);
  if (c == quote) {
    to += '\\';
    to += c;
  } else if (at != std::string_view::npos) {
    to += '\\';
    to += letters[at];
  } else if (c < ' ' || c == deleted) {
    append_spelled_out(to, static_cast<unsigned char>(c));
  } else {
    to += c;
  }
}

bool is_white_space(char32_t code) noexcept {
  switch (code) {
    case 0x20:
    case 0x85:
    case 0xA0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
      return true;
    default:
      return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x1F) ||
             (code >= 0x2000 && code <= 0x200A);
  }
}

// Where the last character of a text begins.
std::size_t last_begin(std::string_view text) noexcept {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return at;
}

}  // namespace

void append_python_repr(std::string& to, std::string_view text, const name_index& characters) {
  const char quote = text.contains('\'') && !text.contains('"') ? '"' : '\'';
  to += quote;
  while (!text.empty()) {
    const std::size_t size = utf8_sequence_size(text);
    if (size == 1) {
      append_ascii(to, text.front(), quote);
    } else if (size == 0) {
      constexpr char32_t escape = 0xDC00;
      append_spelled_out(to, escape + static_cast<unsigned char>(text.front()));
    } else {
      const char32_t code = utf8_code(text.substr(0, size));
      if (characters.is_printable(code)) {
        to += text.substr(0, size);
      } else {
        append_spelled_out(to, code);
      }
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  to += quote;
}

std::string_view python_stripped(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t size = utf8_sequence_size(text);
    if (!is_white_space(utf8_code(text.substr(0, size)))) break;
    text.remove_prefix(size);
  }
  while (!text.empty()) {
    const std::size_t begin = last_begin(text);
    if (!is_white_space(utf8_code(text.substr(begin)))) break;
    text = text.substr(0, begin);
  }
  return text;
}

}  // namespace pirn::apps
