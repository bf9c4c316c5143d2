#include "checksum_line.hpp"

#include <algorithm>
#include <utility>

namespace pirn::apps {

namespace {

constexpr std::string_view algorithm_name = "SHA256";
constexpr std::size_t digits_count = 2 * sizeof(sha256_digest);

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

std::string_view without_blanks(std::string_view text) noexcept {
  const auto* const first = std::ranges::find_if_not(text, is_blank);
  return {first, text.end()};
}

bool needs_escape(std::string_view name) noexcept {
  return name.find_first_of("\\\n\r") != std::string_view::npos;
}

std::optional<unsigned> value_of_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// Requires: `digits_count` characters.
std::optional<sha256_digest> parse_digest(std::string_view digits) noexcept {
  sha256_digest digest{};
  for (std::size_t i = 0; i < digits_count; ++i) {
    const std::optional<unsigned> value = value_of_digit(digits[i]);
    if (!value) return std::nullopt;
    digest[i / 2] = static_cast<std::uint8_t>(digest[i / 2] * 16U + *value);
  }
  return digest;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return std::nullopt;
    if (text[i] != '\\') {
      name += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] != 'n' && text[i] != 'r' && text[i] != '\\') return std::nullopt;
    name += text[i] == 'n' ? '\n' : text[i] == 'r' ? '\r' : '\\';
  }
  return name;
}

// What is not escaped ends at a NUL, as names do in all calls to the system.
std::optional<std::string> parse_name(std::string_view text, bool is_escaped) {
  if (is_escaped) return unescaped(text);
  return std::string(text.substr(0, text.find('\0')));
}

// `(name) = digest`, without the bracket that opens.
std::optional<checksum_entry> parse_name_first(std::string_view rest, bool is_escaped) {
  const std::size_t end = rest.rfind(')');
  if (end == std::string_view::npos) return std::nullopt;
  std::optional<std::string> name = parse_name(rest.substr(0, end), is_escaped);
  if (!name) return std::nullopt;
  rest = without_blanks(rest.substr(end + 1));
  if (!rest.starts_with('=')) return std::nullopt;
  rest = without_blanks(rest.substr(1));
  rest = rest.substr(0, rest.find('\0'));
  if (rest.size() != digits_count) return std::nullopt;
  const std::optional<sha256_digest> digest = parse_digest(rest);
  if (!digest) return std::nullopt;
  return checksum_entry{.digest = *digest, .name = *std::move(name)};
}

}  // namespace

std::string listed_name(std::string_view name) {
  if (!needs_escape(name)) return std::string(name);
  std::string text = "\\";
  for (const char c : name) {
    switch (c) {
      case '\\':
        text += "\\\\";
        break;
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      default:
        text += c;
    }
  }
  return text;
}

std::string checksum_line(const sha256_digest& digest, std::string_view name,
                          checksum_style style) {
  std::string written = style.zero ? std::string(name) : listed_name(name);
  std::string line;
  if (!style.zero && needs_escape(name)) {  // the mark of the escaped goes before all
    line += '\\';
    written.erase(0, 1);
  }
  if (style.tag) {
    line.append(algorithm_name).append(" (").append(written).append(") = ").append(to_hex(digest));
  } else {
    line.append(to_hex(digest)).append(style.binary ? " *" : "  ").append(written);
  }
  line += style.zero ? '\0' : '\n';
  return line;
}

std::optional<checksum_entry> checksum_parser::parse(std::string_view line) {
  std::string_view rest = without_blanks(line);
  const bool is_escaped = rest.starts_with('\\');
  if (is_escaped) rest.remove_prefix(1);
  if (!rest.starts_with(algorithm_name)) return parse_digest_first(rest, is_escaped);
  rest.remove_prefix(algorithm_name.size());
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  if (!rest.starts_with('(')) return std::nullopt;
  return parse_name_first(rest.substr(1), is_escaped);
}

std::optional<checksum_entry> checksum_parser::parse_digest_first(std::string_view rest,
                                                                  bool is_escaped) {
  constexpr std::size_t shortest = digits_count + 2;  // a blank and a name
  if (rest.size() < shortest || !is_blank(rest[digits_count])) return std::nullopt;
  const std::optional<sha256_digest> digest = parse_digest(rest);
  if (!digest) return std::nullopt;
  rest.remove_prefix(digits_count + 1);
  if (rest.size() == 1 || (rest.front() != ' ' && rest.front() != '*')) {
    if (layout_ == layout::usual) return std::nullopt;
    layout_ = layout::reversed;
  } else if (layout_ != layout::reversed) {
    layout_ = layout::usual;
    rest.remove_prefix(1);
  }
  std::optional<std::string> name = parse_name(rest, is_escaped);
  if (!name) return std::nullopt;
  return checksum_entry{.digest = *digest, .name = *std::move(name)};
}

}  // namespace pirn::apps
