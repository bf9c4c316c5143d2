#include "shell_quoted.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "utf8.hpp"

namespace pirn::apps {

namespace {

// Returns: how many bytes at the front of `text` make a character that can be shown; 0: none.
std::size_t shown_size(std::string_view text) noexcept {
  const bool is_control = static_cast<unsigned char>(text.front()) < ' ' || text.front() == '\x7f';
  return is_control ? 0 : utf8_sequence_size(text);
}

bool is_shown(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t size = shown_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

// Means itself to a shell and between a C program's double quotes.
bool is_plain(char c) noexcept {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool is_digit = c >= '0' && c <= '9';
  const bool is_beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
  return is_letter || is_digit || is_beyond_ascii || std::string_view("%+,-./@]_").contains(c);
}

bool begins_comment_or_home(std::string_view name) noexcept {
  return name.starts_with('#') || name.starts_with('~');
}

bool is_clear(std::string_view name) noexcept {
  if (name.empty() || name == "{" || name == "}" || begins_comment_or_home(name)) return false;
  return std::ranges::all_of(
      name, [](char c) { return is_plain(c) || std::string_view("#~{}").contains(c); });
}

bool fits_double_quotes(std::string_view name) noexcept {
  if (!name.contains('\'')) return false;
  if (begins_comment_or_home(name)) name.remove_prefix(1);
  return std::ranges::all_of(
      name, [](char c) { return is_plain(c) || std::string_view("' :").contains(c); });
}

std::string escape_of(char c) {
  constexpr std::string_view named = "\a\b\t\n\v\f\r";
  constexpr std::string_view letters = "abtnvfr";
  const std::size_t at = named.find(c);
  if (at != std::string_view::npos) return {'\\', letters[at]};
  return fmt::format("\\{:03o}", static_cast<unsigned char>(c));
}

}  // namespace

std::string shell_quoted(std::string_view name) {
  if (is_shown(name) && is_clear(name)) return std::string(name);
  if (is_shown(name) && fits_double_quotes(name)) return fmt::format("\"{}\"", name);
  std::string text = "'";
  bool is_escaping = false;  // within $'...'
  while (!name.empty()) {
    const std::size_t size = shown_size(name);
    if (size == 0) {
      text += (is_escaping ? "" : "'$'") + escape_of(name.front());
    } else if (name.front() == '\'') {
      text += "'\\''";
    } else {
      if (is_escaping) text += "''";
      text += name.substr(0, size);
    }
    is_escaping = size == 0;
    name.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return text + '\'';
}

}  // namespace pirn::apps
