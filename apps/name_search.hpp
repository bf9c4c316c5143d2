// name_search: the characters whose names have all words of a query.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "name_index.hpp"

namespace pirn::apps {

/// Answers one query after the other.
///
/// Threads:  one at a time; each has its own, over the same index.
/// Lifetime: the index must outlive it.
class name_search {
 public:
  explicit name_search(const name_index& index) noexcept : index_(index) {}

  /// The characters whose names have all words of the query, whatever their case, in their order;
  /// none for a query without words.
  ///
  /// Returns:  good until the next call.
  /// Cost:     words * log(words of names), then the codes of the rarest word * the number of words
  ///           * a logarithm; no allocation once it has answered the like.
  /// Example:  find("chess, Black") gives U+265A to U+265F, and the other black chess pieces.
  std::span<const code_range> find(std::string_view query);

 private:
  bool look_words_up(std::string_view query);
  void leave_repeated_words_out();

  const name_index& index_;
  std::string word_;
  std::vector<std::span<const code_range>> found_;  // for each word
  std::vector<code_range> common_;
  std::vector<code_range> next_common_;
};

/// Takes the next word off the front of a text, in capital letters. A word is what `\w+` of
/// Python's `re` matches.
///
/// Returns: false at the end of the text.
bool take_word(std::string_view& text, std::string& word, const name_index& index);

/// How many code points there are in ranges.
std::size_t count_codes(std::span<const code_range> ranges) noexcept;

}  // namespace pirn::apps
