#include "name_index.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "pirn/base/hash.hpp"

namespace pirn::apps {

namespace {

constexpr std::size_t checked_from = offsetof(image_header, source);

// The range of `ranges`, which ascend, that may hold `code`: the first that does not end before it.
auto first_reaching(std::span<const code_range> ranges, char32_t code) noexcept {
  return std::ranges::lower_bound(ranges, code, {}, &code_range::last);
}

bool contains(std::span<const code_range> ranges, char32_t code) noexcept {
  const auto found = first_reaching(ranges, code);
  return found != ranges.end() && found->first <= code;
}

template <class T>
bool fits(image_table table, std::size_t size_bytes) noexcept {
  const std::uint64_t end = table.begin_bytes + std::uint64_t{table.count} * sizeof(T);
  return table.begin_bytes % alignof(std::uint32_t) == 0 && end <= size_bytes;
}

}  // namespace

std::uint64_t image_checksum(std::span<const std::byte> image) noexcept {
  running_hash sum;
  std::span<const std::byte> rest = image.subspan(checked_from);
  sum.add(rest.size());
  while (!rest.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(rest.size(), sizeof word);
    std::memcpy(&word, rest.data(), size);
    sum.add(word);
    rest = rest.subspan(size);
  }
  return sum.value();
}

std::optional<name_index> name_index::open(std::vector<std::byte> image, std::uint64_t source) {
  name_index index(std::move(image));
  if (!index.is_sound(source)) return std::nullopt;
  return index;
}

// The checksum speaks for what is within the tables.
bool name_index::is_sound(std::uint64_t source) const noexcept {
  const std::size_t size = image_.size();
  if (size < sizeof(image_header)) return false;
  const image_header& has = header();
  if (has.magic != image_header::magic_of_this_format || has.source != source) return false;
  if (has.size_bytes != size || has.checksum != image_checksum(image_)) return false;
  return fits<word_entry>(has.words, size) && has.words.count > 0 &&
         fits<char>(has.word_text, size) && fits<code_range>(has.word_codes, size) &&
         fits<named_run>(has.runs, size) && fits<std::uint32_t>(has.name_begins, size) &&
         fits<char>(has.name_text, size) && fits<code_range>(has.word_characters, size) &&
         fits<code_range>(has.printable, size);
}

const image_header& name_index::header() const noexcept {
  return *reinterpret_cast<const image_header*>(image_.data());
}

template <class T>
std::span<const T> name_index::table(image_table image_header::* which) const noexcept {
  const image_table& found = header().*which;
  return {reinterpret_cast<const T*>(image_.data() + found.begin_bytes), found.count};
}

std::span<const code_range> name_index::find(std::string_view word) const noexcept {
  const auto text = table<char>(&image_header::word_text);
  const auto ends_with_end = table<word_entry>(&image_header::words);
  const auto words = ends_with_end.first(ends_with_end.size() - 1);
  const auto text_of = [&](const word_entry& entry) {
    const word_entry& next = *std::next(&entry);
    return std::string_view(text.data() + entry.text, next.text - entry.text);
  };
  const auto found = std::ranges::lower_bound(words, word, {}, text_of);
  if (found == words.end() || text_of(*found) != word) return {};
  const word_entry& next = *std::next(&*found);
  const auto codes = table<code_range>(&image_header::word_codes);
  return codes.subspan(found->codes, next.codes - found->codes);
}

void name_index::append_name(std::string& to, char32_t code) const {
  const auto runs = table<named_run>(&image_header::runs);
  const auto last_of = [](const named_run& run) { return run.codes.last; };
  const auto found = std::ranges::lower_bound(runs, code, {}, last_of);
  if (found == runs.end() || code < found->codes.first) return;
  if (found->rule != naming::listed) {
    append_name_by_rule(to, found->rule, code);
    return;
  }
  const auto begins = table<std::uint32_t>(&image_header::name_begins);
  const auto text = table<char>(&image_header::name_text);
  const std::size_t name = found->first_name + (code - found->codes.first);
  to.append(text.data() + begins[name], begins[name + 1] - begins[name]);
}

bool name_index::is_word_character(char32_t code) const noexcept {
  return contains(table<code_range>(&image_header::word_characters), code);
}

bool name_index::is_printable(char32_t code) const noexcept {
  return contains(table<code_range>(&image_header::printable), code);
}

}  // namespace pirn::apps
