// name_indexer: makes the index of the characters' names out of UnicodeData.txt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "unicode_data.hpp"

namespace pirn::apps {

/// An image for name_index::open().
///
/// The words of a name are its runs of letters and digits. Names that begin with CJK UNIFIED
/// IDEOGRAPH or CJK COMPATIBILITY IDEOGRAPH have these words only, not their number.
///
/// `source`: tells later from what the image was made.
/// Source:   charfinder.py of "Fluent Python" (first edition, chapter 18) has these words.
std::vector<std::byte> make_name_image(std::span<const unicode_entry> entries,
                                       std::uint64_t source);

}  // namespace pirn::apps
