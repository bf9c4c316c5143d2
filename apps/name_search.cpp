#include "name_search.hpp"

#include <algorithm>
#include <utility>

#include "utf8.hpp"

namespace pirn::apps {

namespace {

// What a character beyond ASCII is in capital letters when these are ASCII; others are in no name,
// and stay as they are.
std::string_view ascii_capitals(char32_t code) noexcept {
  switch (code) {
    case 0xDF:  // ß
      return "SS";
    case 0x131:  // ı
      return "I";
    case 0x17F:  // ſ
      return "S";
    case 0xFB00:  // the ligatures
      return "FF";
    case 0xFB01:
      return "FI";
    case 0xFB02:
      return "FL";
    case 0xFB03:
      return "FFI";
    case 0xFB04:
      return "FFL";
    case 0xFB05:
    case 0xFB06:
      return "ST";
    default:
      return {};
  }
}

// Appends the ASCII character if it belongs to words.
bool append_if_of_word(std::string& word, char c) {
  const bool is_small = c >= 'a' && c <= 'z';
  const bool belongs = is_small || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  if (belongs) word += is_small ? static_cast<char>(c - 'a' + 'A') : c;
  return belongs;
}

bool append_beyond_ascii(std::string& word, std::string_view sequence, const name_index& index) {
  const char32_t code = utf8_code(sequence);
  if (!index.is_word_character(code)) return false;
  const std::string_view capitals = ascii_capitals(code);
  word += capitals.empty() ? sequence : capitals;
  return true;
}

// What is in both, of which `few` should be the shorter.
void intersect(std::span<const code_range> few, std::span<const code_range> many,
               std::vector<code_range>& common) {
  common.clear();
  for (const code_range& each : few) {
    const auto reaching = std::ranges::lower_bound(many, each.first, {}, &code_range::last);
    many = {reaching, many.end()};
    for (const code_range& other : many) {
      if (other.first > each.last) break;
      common.push_back(
          {.first = std::max(each.first, other.first), .last = std::min(each.last, other.last)});
    }
  }
}

}  // namespace

bool take_word(std::string_view& text, std::string& word, const name_index& index) {
  word.clear();
  while (!text.empty()) {
    const std::size_t size = utf8_sequence_size(text);
    bool belongs = false;
    if (size == 1) {
      belongs = append_if_of_word(word, text.front());
    } else if (size > 1) {
      belongs = append_beyond_ascii(word, text.substr(0, size), index);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
    if (!belongs && !word.empty()) return true;
  }
  return !word.empty();
}

// Returns: whether every word is in some name.
bool name_search::look_words_up(std::string_view query) {
  found_.clear();
  while (take_word(query, word_, index_)) {
    found_.push_back(index_.find(word_));
    if (found_.back().empty()) return false;
  }
  return !found_.empty();
}

std::span<const code_range> name_search::find(std::string_view query) {
  if (!look_words_up(query)) return {};
  leave_repeated_words_out();
  std::span<const code_range> common = found_.front();
  for (std::span<const code_range> each : std::span(found_).subspan(1)) {
    if (common.empty()) break;
    intersect(common, each, next_common_);
    std::swap(common_, next_common_);
    common = common_;
  }
  return common;
}

// The rarest word comes first then.
void name_search::leave_repeated_words_out() {
  const auto key = [](std::span<const code_range> each) {
    return std::pair(each.size(), each.data());
  };
  std::ranges::sort(found_, {}, key);
  const auto repeated = std::ranges::unique(found_, {}, key);
  found_.erase(repeated.begin(), repeated.end());
}

std::size_t count_codes(std::span<const code_range> ranges) noexcept {
  std::size_t count = 0;
  for (const code_range& each : ranges) count += each.last - each.first + 1;
  return count;
}

}  // namespace pirn::apps
