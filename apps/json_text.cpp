#include "json_text.hpp"

#include <charconv>
#include <cstdint>

#include <fmt/core.h>

#include "utf8.hpp"

namespace pirn::apps {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    default:
      if (static_cast<unsigned char>(c) < ' ') {
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      } else {
        out += c;
      }
  }
}

void skip_space(std::string_view& text) noexcept {
  while (!text.empty() && std::string_view(" \t\r\n").contains(text.front())) {
    text.remove_prefix(1);
  }
}

bool take(std::string_view& text, std::string_view what) noexcept {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

std::optional<std::uint32_t> take_hex4(std::string_view& text) noexcept {
  constexpr std::size_t digits = 4;
  if (text.size() < digits) return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value, 16);
  if (error != std::errc() || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

// What follows `\u`: one unit, or a pair of surrogates.
std::optional<std::uint32_t> take_code_point(std::string_view& text) noexcept {
  const std::optional<std::uint32_t> high = take_hex4(text);
  if (!high || *high < 0xD800 || *high > 0xDFFF) return high;
  if (*high > 0xDBFF || !take(text, "\\u")) return std::nullopt;
  const std::optional<std::uint32_t> low = take_hex4(text);
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
  return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
}

// Appends what an escape after its backslash stands for. Returns: false when it is none.
bool take_escape(std::string_view& text, std::string& out) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (take(text, "u")) {
    const std::optional<std::uint32_t> code = take_code_point(text);
    if (code) append_utf8(out, *code);
    return code.has_value();
  }
  const std::size_t which = text.empty() ? std::string_view::npos : letters.find(text.front());
  if (which == std::string_view::npos) return false;
  out += meanings[which];
  text.remove_prefix(1);
  return true;
}

// Takes a string whose opening quote is at the front of `text`.
std::optional<std::string> take_string(std::string_view& text) {
  if (!take(text, "\"")) return std::nullopt;
  std::string value;
  while (!text.empty()) {
    if (take(text, "\"")) return value;
    if (take(text, "\\")) {
      if (!take_escape(text, value)) return std::nullopt;
      continue;
    }
    if (static_cast<unsigned char>(text.front()) < ' ') return std::nullopt;
    value += text.front();
    text.remove_prefix(1);
  }
  return std::nullopt;
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t size = utf8_sequence_size(text);
    if (size == 0) {
      out += replacement;
    } else if (size == 1) {
      append_ascii(out, text.front());
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out + '"';
}

std::optional<std::string> find_json_string(std::string_view json, std::string_view field) {
  while (!json.empty()) {
    if (json.front() != '"') {
      json.remove_prefix(1);
      continue;
    }
    const std::optional<std::string> name = take_string(json);
    if (!name) return std::nullopt;
    skip_space(json);
    if (!take(json, ":")) continue;
    skip_space(json);
    if (*name == field && json.starts_with('"')) return take_string(json);
  }
  return std::nullopt;
}

}  // namespace pirn::apps
