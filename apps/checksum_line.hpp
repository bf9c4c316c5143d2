// checksum_line: the lines of a list of checksums, as sha256sum writes and reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "sha256.hpp"

namespace pirn::apps {

struct checksum_style {
  bool tag = false;     ///< BSD's form, `SHA256 (name) = 0123…`
  bool binary = false;  ///< `*` before the name
  bool zero = false;    ///< names as they are, and a NUL for the end of a line
};
static_assert(std::is_trivially_copyable_v<checksum_style>);

/// The line of a file, with its end.
std::string checksum_line(const sha256_digest& digest, std::string_view name, checksum_style style);

/// A name as lists have it: with a newline, a carriage return or a backslash in it, these are
/// escaped by backslashes, and one more stands before all.
std::string listed_name(std::string_view name);

struct checksum_entry {
  sha256_digest digest{};
  std::string name;
};

/// Reads the lines of lists: those of sha256sum, of BSD's tools, and of `openssl dgst`.
///
/// BSD's `sha256 -r` writes one blank before a name where sha256sum writes two characters. The
/// first line of either kind decides for all; the others are malformed then.
class checksum_parser {
 public:
  /// `line`: without its end.
  /// Returns: nullopt when it is malformed.
  std::optional<checksum_entry> parse(std::string_view line);

 private:
  enum class layout : std::uint8_t { unknown, usual, reversed };

  std::optional<checksum_entry> parse_digest_first(std::string_view rest, bool is_escaped);

  layout layout_ = layout::unknown;
};

}  // namespace pirn::apps
