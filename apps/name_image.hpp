// name_image: an index of the characters' names as one run of bytes, good for memory and for a
// file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "unicode_data.hpp"

namespace pirn::apps {

/// A table within the image.
struct image_table {
  std::uint32_t begin_bytes = 0;  ///< from the image's beginning, a multiple of 4
  std::uint32_t count = 0;
};

/// A word of names. What belongs to it ends where that of the next one begins; the last one of the
/// table is no word, but the end.
struct word_entry {
  std::uint32_t text = 0;   ///< in the words' text
  std::uint32_t codes = 0;  ///< in the words' codes
};

/// Neighbouring characters whose names come from the same place.
struct named_run {
  code_range codes;
  naming rule = naming::none;
  std::uint32_t first_name =
      0;  ///< of listed names: where that of the first stands in `name_begins`
};

/// The image's beginning. All numbers are this machine's: an image does not travel.
struct image_header {
  /// Another one whenever the same source would give another image.
  static constexpr std::uint64_t magic_of_this_format = 0x7069726e'63667231;  // pirncfr1

  std::uint64_t magic = magic_of_this_format;
  std::uint64_t checksum = 0;  ///< of what follows it
  std::uint64_t source = 0;    ///< tells what the image was made from
  std::uint64_t size_bytes = 0;
  image_table words;            ///< word_entry, ascending by text
  image_table word_text;        ///< char
  image_table word_codes;       ///< code_range, of each word ascending
  image_table runs;             ///< named_run, ascending
  image_table name_begins;      ///< uint32_t: where each listed name begins, and the last one ends
  image_table name_text;        ///< char
  image_table word_characters;  ///< code_range: what \w of Python's `re` matches, but _
  image_table printable;        ///< code_range: str.isprintable() of Python
};
static_assert(std::is_trivially_copyable_v<image_header>);

}  // namespace pirn::apps
