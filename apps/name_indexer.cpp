#include "name_indexer.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "name_image.hpp"
#include "name_index.hpp"

namespace pirn::apps {

namespace {

using ranges = std::vector<code_range>;

// Appends code points that ascend; a word may stand twice in a name.
void append_codes(ranges& to, code_range codes) {
  if (to.empty() || to.back().last + 1 < codes.first) {
    to.push_back(codes);
  } else {
    to.back().last = codes.last;
  }
}

struct text_hash : std::hash<std::string_view> {
  using is_transparent = void;
};

// The words of names, each with the characters whose names have it.
class word_map {
 public:
  void add_name(std::string_view name, code_range codes) {
    constexpr std::string_view between = " -";
    while (!name.empty()) {
      const std::size_t size = std::min(name.find_first_of(between), name.size());
      if (size > 0) append_codes(codes_of(name.substr(0, size)), codes);
      name.remove_prefix(std::min(size + 1, name.size()));
    }
  }

  using entry = std::pair<const std::string, ranges>;
  /// By their text.
  std::vector<const entry*> sorted() const {
    std::vector<const entry*> all;
    all.reserve(words_.size());
    for (const entry& each : words_) all.push_back(&each);
    std::ranges::sort(all, {}, [](const entry* each) -> const std::string& { return each->first; });
    return all;
  }

 private:
  ranges& codes_of(std::string_view word) {
    const auto found = words_.find(word);
    return found != words_.end() ? found->second : words_[std::string(word)];
  }

  std::unordered_map<std::string, ranges, text_hash, std::equal_to<>> words_;
};

// Puts tables behind the header, one after the other.
class image_writer {
 public:
  image_writer() : image_(sizeof(image_header)) {}

  template <class T>
  void append(image_table image_header::* which, std::span<const T> table) {
    constexpr std::size_t alignment = alignof(std::uint32_t);
    image_.resize((image_.size() + alignment - 1) / alignment * alignment);
    header_.*which = {.begin_bytes = static_cast<std::uint32_t>(image_.size()),
                      .count = static_cast<std::uint32_t>(table.size())};
    const auto bytes = std::as_bytes(table);
    image_.insert(image_.end(), bytes.begin(), bytes.end());
  }

  std::vector<std::byte> finish(std::uint64_t source) {
    header_.source = source;
    header_.size_bytes = image_.size();
    std::memcpy(image_.data(), &header_, sizeof header_);
    header_.checksum = image_checksum(image_);
    std::memcpy(image_.data(), &header_, sizeof header_);
    return std::move(image_);
  }

 private:
  image_header header_;
  std::vector<std::byte> image_;
};

void append_words(image_writer& to, const word_map& words) {
  std::vector<word_entry> table;
  std::string text;
  ranges codes;
  const auto append_entry = [&] {
    table.push_back({.text = static_cast<std::uint32_t>(text.size()),
                     .codes = static_cast<std::uint32_t>(codes.size())});
  };
  for (const word_map::entry* each : words.sorted()) {
    append_entry();
    text += each->first;
    codes.insert(codes.end(), each->second.begin(), each->second.end());
  }
  append_entry();
  to.append<word_entry>(&image_header::words, table);
  to.append<char>(&image_header::word_text, text);
  to.append<code_range>(&image_header::word_codes, codes);
}

// The names themselves.
class name_table {
 public:
  void add(const unicode_entry& entry) {
    if (entry.rule == naming::none) return;
    const auto index = static_cast<std::uint32_t>(begins_.size());
    const bool goes_on = !runs_.empty() && entry.rule == naming::listed &&
                         runs_.back().rule == naming::listed &&
                         runs_.back().codes.last + 1 == entry.codes.first;
    if (goes_on) {
      runs_.back().codes.last = entry.codes.last;
    } else {
      runs_.push_back({.codes = entry.codes, .rule = entry.rule, .first_name = index});
    }
    if (entry.rule != naming::listed) return;
    begins_.push_back(static_cast<std::uint32_t>(text_.size()));
    text_ += entry.name;
  }

  void append_to(image_writer& image) {
    begins_.push_back(static_cast<std::uint32_t>(text_.size()));
    image.append<named_run>(&image_header::runs, runs_);
    image.append<std::uint32_t>(&image_header::name_begins, begins_);
    image.append<char>(&image_header::name_text, text_);
  }

 private:
  std::vector<named_run> runs_;
  std::vector<std::uint32_t> begins_;
  std::string text_;
};

// A name without the number that some ideographs have at its end.
std::string_view without_number(std::string_view name) noexcept {
  for (std::string_view prefix : {"CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH"}) {
    if (name.starts_with(prefix)) return prefix;
  }
  return name;
}

void add_words(word_map& words, const unicode_entry& entry) {
  std::string name;
  switch (entry.rule) {
    case naming::none:
      return;
    case naming::listed:
      words.add_name(without_number(entry.name), entry.codes);
      return;
    case naming::unified_ideograph:
      append_name_by_rule(name, entry.rule, entry.codes.first);
      words.add_name(without_number(name), entry.codes);
      return;
    case naming::hangul_syllable:
      for (char32_t code = entry.codes.first; code <= entry.codes.last; ++code) {
        name.clear();
        append_name_by_rule(name, entry.rule, code);
        words.add_name(name, {code, code});
      }
      return;
  }
}

// As isalpha() and isnumeric() of Python's str have it.
bool belongs_to_words(const unicode_entry& entry) noexcept {
  return entry.category.starts_with('L') || entry.is_numeric;
}

bool is_printable(const unicode_entry& entry) noexcept {
  const bool is_space = entry.codes.first == ' ';
  return is_space || !(entry.category.starts_with('C') || entry.category.starts_with('Z'));
}

}  // namespace

std::vector<std::byte> make_name_image(std::span<const unicode_entry> entries,
                                       std::uint64_t source) {
  word_map words;
  name_table names;
  ranges word_characters;
  ranges printable;
  for (const unicode_entry& each : entries) {
    add_words(words, each);
    names.add(each);
    if (belongs_to_words(each)) append_codes(word_characters, each.codes);
    if (is_printable(each)) append_codes(printable, each.codes);
  }
  image_writer image;
  append_words(image, words);
  names.append_to(image);
  image.append<code_range>(&image_header::word_characters, word_characters);
  image.append<code_range>(&image_header::printable, printable);
  return image.finish(source);
}

}  // namespace pirn::apps
