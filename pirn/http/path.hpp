// path: percent-encoding, and the way from a request's path to a file below one directory.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace pirn::http {

/// Replaces each `%41` by the byte that it stands for.
/// Returns: nullopt when a percent sign is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

/// Writes a path so that it can stand in a URL: all but letters, digits and `-._~!$&'()*+,;=:@/` is
/// encoded.
std::string percent_encode_path(std::string_view path);

/// A path below some root: no `..`, no `.`, no empty segment, no NUL; relative, so it joins a
/// directory safely.
struct relative_path {
  std::string text;          ///< "a/b.txt"; empty for the root itself
  bool is_directory = true;  ///< the request's path ended with a slash (the root always does)
};

/// Why a path is refused.
enum class path_error : unsigned char {
  bad_encoding,   ///< a percent sign without two hexadecimal digits
  bad_character,  ///< NUL, or an encoded slash: no file name has them
  escapes_root,   ///< its `..` lead out
  not_absolute,   ///< it does not begin with a slash
};

std::string_view to_string(path_error error) noexcept;

/// Decodes and normalises the path of a request (RFC 3986 6.2.2.3): each segment is decoded once,
/// then `.` and empty segments go and each `..` takes the segment before it along.
///
/// It does not look at the disk: symbolic links are the caller's affair.
std::expected<relative_path, path_error> safe_path(std::string_view request_path);

}  // namespace pirn::http
