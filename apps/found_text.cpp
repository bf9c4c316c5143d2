#include "found_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "json_text.hpp"
#include "python_repr.hpp"
#include "utf8.hpp"

namespace pirn::apps {

namespace {

// Appends U+ and at least four digits.
void append_code(std::string& to, char32_t code) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  unsigned shift = 12;
  while (code >> shift >= digits.size()) shift += 4;
  to += "U+";
  for (;; shift -= 4) {
    to += digits[code >> shift & 0xFU];
    if (shift == 0) return;
  }
}

void append_count(std::string& to, std::size_t count) {
  std::array<char, std::numeric_limits<std::size_t>::digits10 + 1> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr;
  to.append(digits.data(), end);
}

}  // namespace

void append_found(std::string& to, char32_t code, const name_index& index) {
  constexpr std::size_t code_width = 7;  // so that the columns are even up to U+FFFFF
  const std::size_t end = to.size() + code_width;
  append_code(to, code);
  if (to.size() < end) to.resize(end, ' ');
  to += '\t';
  append_utf8(to, code);
  to += '\t';
  index.append_name(to, code);
}

void append_status(std::string& to, std::size_t count, std::string_view query,
                   const name_index& index) {
  if (count == 0) {
    to += "No match";
  } else {
    append_count(to, count);
    to += count == 1 ? " match" : " matches";
  }
  to += " for ";
  append_python_repr(to, query, index);
}

void append_found_json(std::string& to, char32_t code, const name_index& index) {
  to += R"({"code": ")";
  append_code(to, code);
  std::string character;
  append_utf8(character, code);
  to += R"(", "character": )";
  to += json_string(character);
  to += R"(, "name": ")";
  index.append_name(to, code);
  to += "\"}";
}

}  // namespace pirn::apps
