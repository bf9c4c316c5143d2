#include "unicode_data.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include "pirn/base/assert.hpp"

namespace pirn::apps {

namespace {

constexpr char32_t code_max = 0x10FFFF;
constexpr code_range hangul_syllables{.first = 0xAC00, .last = 0xD7A3};

// Up to `delimiter`, which is taken off the text too.
std::string_view take_until(std::string_view& text, char delimiter) noexcept {
  const std::size_t end = text.find(delimiter);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

std::optional<char32_t> parse_code(std::string_view digits) noexcept {
  constexpr int hexadecimal = 16;
  std::uint32_t code = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, code, hexadecimal);
  if (error != std::errc() || rest != end || code > code_max) return std::nullopt;
  return code;
}

bool is_listed_name(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '-';
  });
}

// `<control>` and the like are labels, not names.
bool is_label(std::string_view name) noexcept {
  return name.starts_with('<') && name.ends_with('>');
}

std::optional<unicode_entry> parse_line(std::string_view line) noexcept {
  constexpr std::size_t name = 1;
  constexpr std::size_t category = 2;
  constexpr std::size_t numeric_value = 8;
  std::array<std::string_view, numeric_value + 1> fields;
  for (std::string_view& each : fields) each = take_until(line, ';');
  const std::optional<char32_t> code = parse_code(fields[0]);
  const bool is_named = is_listed_name(fields[name]);
  if (!code || !(is_named || is_label(fields[name])) || fields[category].size() != 2) return {};
  return unicode_entry{.codes = {*code, *code},
                       .rule = is_named ? naming::listed : naming::none,
                       .name = fields[name],
                       .category = fields[category],
                       .is_numeric = !fields[numeric_value].empty()};
}

naming rule_of_range(std::string_view label) noexcept {
  if (label.starts_with("<CJK Ideograph")) return naming::unified_ideograph;
  if (label.starts_with("<Hangul Syllable")) return naming::hangul_syllable;
  return naming::none;
}

// The entries, line by line.
class entry_reader {
 public:
  /// Returns: whether the line fits what came before.
  bool take(std::string_view line) {
    const std::optional<unicode_entry> entry = parse_line(line);
    if (!entry || entry->codes.first < next_) return false;
    next_ = entry->codes.first + 1;
    if (std::exchange(within_range_, entry->name.ends_with(", First>"))) {
      if (!entry->name.ends_with(", Last>")) return false;
      unicode_entry& range = entries_.back();
      range.codes.last = entry->codes.last;
      return range.rule != naming::hangul_syllable || range.codes == hangul_syllables;
    }
    entries_.push_back(*entry);
    if (within_range_) entries_.back().rule = rule_of_range(entry->name);
    return !entry->name.ends_with(", Last>");
  }

  /// Returns: whether the end may be here.
  bool is_whole() const noexcept { return !within_range_ && !entries_.empty(); }
  std::vector<unicode_entry> take_entries() noexcept { return std::move(entries_); }

 private:
  std::vector<unicode_entry> entries_;
  char32_t next_ = 0;  // the least code point that may come
  bool within_range_ = false;
};

constexpr std::array<std::string_view, 19> leading_consonants{"G", "GG", "N", "D",  "DD", "R", "M",
                                                              "B", "BB", "S", "SS", "",   "J", "JJ",
                                                              "C", "K",  "T", "P",  "H"};
constexpr std::array<std::string_view, 21> vowels{"A",   "AE", "YA", "YAE", "EO", "E",  "YEO",
                                                  "YE",  "O",  "WA", "WAE", "OE", "YO", "U",
                                                  "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
constexpr std::array<std::string_view, 28> trailing_consonants{
    "",   "G",  "GG", "GS", "N",  "NJ", "NH", "D",  "L", "LG", "LM", "LB", "LS", "LT",
    "LP", "LH", "M",  "B",  "BS", "S",  "SS", "NG", "J", "C",  "K",  "T",  "P",  "H"};

void append_hangul_syllable(std::string& to, char32_t code) {
  const std::size_t index = code - hangul_syllables.first;
  const std::size_t trailing = index % trailing_consonants.size();
  const std::size_t vowel = index / trailing_consonants.size() % vowels.size();
  const std::size_t leading = index / trailing_consonants.size() / vowels.size();
  PIRN_ASSERT(leading < leading_consonants.size(),
              "the names of Hangul syllables are for them alone");
  to += "HANGUL SYLLABLE ";
  to += leading_consonants[leading];
  to += vowels[vowel];
  to += trailing_consonants[trailing];
}

}  // namespace

std::vector<unicode_entry> parse_unicode_data(std::string_view text, const std::string& path) {
  entry_reader reader;
  for (int number = 1; !text.empty(); ++number) {
    if (!reader.take(take_until(text, '\n'))) {
      throw std::runtime_error(fmt::format("read {}: line {} is malformed", path, number));
    }
  }
  if (!reader.is_whole()) throw std::runtime_error(fmt::format("read {}: it is not whole", path));
  return reader.take_entries();
}

void append_name_by_rule(std::string& to, naming rule, char32_t code) {
  switch (rule) {
    case naming::none:
    case naming::listed:
      return;
    case naming::unified_ideograph:
      fmt::format_to(std::back_inserter(to), "CJK UNIFIED IDEOGRAPH-{:04X}",
                     static_cast<std::uint32_t>(code));
      return;
    case naming::hangul_syllable:
      append_hangul_syllable(to, code);
      return;
  }
}

}  // namespace pirn::apps
