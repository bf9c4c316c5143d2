// name_index: which characters have a word in their names, and what their names are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "name_image.hpp"

namespace pirn::apps {

/// Looks words, names and kinds of characters up in an image, as it is.
///
/// Threads: any, at once.
class name_index {
 public:
  /// Returns: nullopt when the image is damaged, of another format, or not made from `source`.
  static std::optional<name_index> open(std::vector<std::byte> image, std::uint64_t source);

  /// The characters whose names have the word, ascending; none when it is no word.
  /// Cost:     a search among 23,000 words; no allocation.
  /// Lifetime: the index's.
  std::span<const code_range> find(std::string_view word) const noexcept;

  /// Appends the name of a character, if it has one.
  void append_name(std::string& to, char32_t code) const;

  /// Whether the character belongs to words, as \w of Python's `re` has it; but `_`.
  bool is_word_character(char32_t code) const noexcept;
  /// Whether Python shows the character as it is.
  bool is_printable(char32_t code) const noexcept;

  std::span<const std::byte> image() const noexcept { return image_; }

 private:
  explicit name_index(std::vector<std::byte> image) noexcept : image_(std::move(image)) {}
  bool is_sound(std::uint64_t source) const noexcept;
  const image_header& header() const noexcept;
  template <class T>
  std::span<const T> table(image_table image_header::* which) const noexcept;

  std::vector<std::byte> image_;
};

/// The checksum that belongs into an image's header.
std::uint64_t image_checksum(std::span<const std::byte> image) noexcept;

}  // namespace pirn::apps
