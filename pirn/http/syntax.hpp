// syntax: the small grammar that HTTP's fields share: tokens, white space, comma-separated lists,
// numbers.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pirn::http::detail {

/// Letters, digits and !#$%&'*+-.^_`|~ : what names and methods are made of (RFC 9110 5.6.2).
bool is_token_char(char c) noexcept;
/// At least one character, all of them token characters.
bool is_token(std::string_view text) noexcept;
/// Where the first character stands that a field value must not have (a control character other
/// than a tab); npos when there is none.
std::size_t find_control(std::string_view text) noexcept;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t';
}

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Without the spaces and tabs at both ends.
constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes the next element of a comma-separated list off `rest`, trimmed; commas between quotes do
/// not count. A backslash is an ordinary character, as in entity tags.
/// Returns: nullopt at the list's end; empty elements are skipped (RFC 9110 5.6.1).
std::optional<std::string_view> next_element(std::string_view& rest) noexcept;

/// A number of decimal digits only.
/// Returns: nullopt when there are none, when something else is in it, or when it does not fit 64
/// bits.
inline std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace pirn::http::detail
