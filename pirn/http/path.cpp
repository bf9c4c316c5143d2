#include "pirn/http/path.hpp"

#include <cstddef>

#include "pirn/http/syntax.hpp"

namespace pirn::http {
namespace {

bool may_stand_in_path(char c) noexcept {
  if (detail::is_digit(c)) return true;
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'z') return true;
  return std::string_view("-._~!$&'()*+,;=:@/").find(c) != std::string_view::npos;
}

/// Takes the last segment off a path of segments that each end with a slash.
/// Returns: false when there is none.
bool remove_last_segment(std::string& path) noexcept {
  if (path.empty()) return false;
  path.pop_back();
  const std::size_t slash = path.rfind('/');
  path.resize(slash == std::string::npos ? 0 : slash + 1);
  return true;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = detail::hex_value(text[i + 1]);
    const int low = detail::hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

std::string percent_encode_path(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(path.size());
  for (const char c : path) {
    if (may_stand_in_path(c)) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(digits[byte >> 4]);
    encoded.push_back(digits[byte & 15]);
  }
  return encoded;
}

std::string_view to_string(path_error error) noexcept {
  switch (error) {
    case path_error::bad_encoding:
      return "a percent sign is not followed by two hexadecimal digits";
    case path_error::bad_character:
      return "a NUL byte or an encoded slash";
    case path_error::escapes_root:
      return "the path leads out of the root";
    case path_error::not_absolute:
      return "the path does not begin with a slash";
  }
  return {};
}

std::expected<relative_path, path_error> safe_path(std::string_view request_path) {
  if (!request_path.starts_with('/')) return std::unexpected(path_error::not_absolute);
  relative_path safe;
  while (!request_path.empty()) {
    request_path.remove_prefix(1);  // the slash before the segment
    const std::string_view raw = request_path.substr(0, request_path.find('/'));
    request_path.remove_prefix(raw.size());
    const auto segment = percent_decode(raw);
    if (!segment) return std::unexpected(path_error::bad_encoding);
    if (segment->find_first_of(std::string_view("/\0", 2)) != std::string::npos) {
      return std::unexpected(path_error::bad_character);
    }
    const bool is_name = !segment->empty() && *segment != "." && *segment != "..";
    if (*segment == ".." && !remove_last_segment(safe.text)) {
      return std::unexpected(path_error::escapes_root);
    }
    if (is_name) safe.text.append(*segment).push_back('/');
    safe.is_directory = !is_name;
  }
  if (!safe.text.empty()) safe.text.pop_back();
  return safe;
}

}  // namespace pirn::http
