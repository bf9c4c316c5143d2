// unicode_data: the lines of UnicodeData.txt, the main file of the Unicode Character Database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pirn::apps {

/// Code points from `first` to `last`, both included.
struct code_range {
  char32_t first = 0;
  char32_t last = 0;
  friend bool operator==(const code_range&, const code_range&) = default;
};

/// Where the names of characters come from.
enum class naming : std::uint32_t {
  none,  ///< controls, surrogates, private use, Tangut ideographs
  listed,
  unified_ideograph,  ///< CJK UNIFIED IDEOGRAPH- and the code point
  hangul_syllable,    ///< HANGUL SYLLABLE and the short names of its letters
};

/// One line; or the pair of lines that stands for all code points between the two.
struct unicode_entry {
  code_range codes;
  naming rule = naming::none;
  std::string_view name;      ///< as listed
  std::string_view category;  ///< two letters: Lu, Nd, ...
  bool is_numeric = false;    ///< it has a numeric value
};

/// Reads the file's text, into which the entries then point; they ascend.
/// Throws: std::runtime_error that names `path` and the line ("read x: line 7 is malformed").
/// Source: Unicode Standard Annex 44, 4.2 and 5.7.
std::vector<unicode_entry> parse_unicode_data(std::string_view text, const std::string& path);

/// Appends the name that a rule, not the file, gives to a character.
/// Source: Unicode 15.0, 3.12 and 4.8.
void append_name_by_rule(std::string& to, naming rule, char32_t code);

}  // namespace pirn::apps
