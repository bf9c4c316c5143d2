#include "name_index.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "name_index_test.hpp"

namespace pirn::apps {
namespace {

using codes = std::vector<code_range>;

codes find(const name_index& index, std::string_view word) {
  const auto found = index.find(word);
  return {found.begin(), found.end()};
}

std::string name_of(const name_index& index, char32_t code) {
  std::string name;
  index.append_name(name, code);
  return name;
}

std::vector<std::byte> first_of(std::span<const std::byte> image, std::size_t size) {
  const auto first = image.first(size);
  return {first.begin(), first.end()};
}

// Puts a right checksum into an image.
void sign(std::vector<std::byte>& image) {
  const std::uint64_t sum = image_checksum(image);
  std::memcpy(image.data() + offsetof(image_header, checksum), &sum, sizeof sum);
}

TEST(name_index, a_word_has_the_characters_whose_names_have_it) {
  const name_index index = some_index();
  EXPECT_EQ(find(index, "KING"), (codes{{0x2654, 0x2654}, {0x265A, 0x265A}, {0xD0B9, 0xD0B9}}));
  EXPECT_EQ(find(index, "ROOK"), (codes{{0x2656, 0x2656}, {0x265C, 0x265C}, {0x1FA52, 0x1FA52}}));
  EXPECT_EQ(find(index, "ONE"), (codes{{0x31, 0x31}, {0xBD, 0xBD}, {0x10FFFD, 0x10FFFD}}));
  for (const char* word : {"", "ROO", "ROOKS", "rook", "ZZZ", "KNIGHT-ROOK", "NULL", "TANGUT"}) {
    EXPECT_EQ(find(index, word), codes{}) << word;
  }
}

TEST(name_index, ideographs_have_the_words_before_their_number) {
  const name_index index = some_index();
  EXPECT_EQ(find(index, "UNIFIED"), (codes{{0x4E00, 0x9FFF}, {0x20000, 0x2A6DF}}));
  EXPECT_EQ(find(index, "CJK"), (codes{{0x4E00, 0x9FFF}, {0xF900, 0xF900}, {0x20000, 0x2A6DF}}));
  EXPECT_EQ(find(index, "COMPATIBILITY"), (codes{{0xF900, 0xF900}}));
  EXPECT_EQ(find(index, "4E00"), codes{});
  EXPECT_EQ(find(index, "F900"), codes{});
}

TEST(name_index, hangul_syllables_are_words) {
  const name_index index = some_index();
  EXPECT_EQ(find(index, "HANGUL"), (codes{{0xAC00, 0xD7A3}}));
  EXPECT_EQ(find(index, "GAG"), (codes{{0xAC01, 0xAC01}}));
  EXPECT_EQ(find(index, "A"), (codes{{0x41, 0x41}, {0xC544, 0xC544}, {0x10FFFD, 0x10FFFD}}));
}

TEST(name_index, names) {
  const name_index index = some_index();
  EXPECT_EQ(name_of(index, U' '), "SPACE");
  EXPECT_EQ(name_of(index, U'♗'), "WHITE CHESS BISHOP");
  EXPECT_EQ(name_of(index, 0x9FFF), "CJK UNIFIED IDEOGRAPH-9FFF");
  EXPECT_EQ(name_of(index, 0xD7A3), "HANGUL SYLLABLE HIH");
  EXPECT_EQ(name_of(index, 0xF900), "CJK COMPATIBILITY IDEOGRAPH-F900");
  EXPECT_EQ(name_of(index, 0x10FFFD), "A LAST ONE AND ONE MORE");
  for (const char32_t code :
       {0x0U, 0x1U, 0x40U, 0x2655U, 0x3400U, 0xA000U, 0xE000U, 0x17000U, 0x10FFFFU}) {
    EXPECT_EQ(name_of(index, code), "") << static_cast<std::uint32_t>(code);
  }
}

TEST(name_index, kinds_of_characters) {
  const name_index index = some_index();
  for (const char32_t code : {U'1', U'A', U'½', U'é', U'一', U'가'}) {
    EXPECT_TRUE(index.is_word_character(code) && index.is_printable(code));
  }
  for (const char32_t code : {U' ', U'♗'}) {
    EXPECT_TRUE(!index.is_word_character(code) && index.is_printable(code));
  }
  for (const char32_t code : {0x0U, 0xA0U, 0x200BU, 0xE000U, 0x2655U, 0x10FFFFU}) {
    EXPECT_TRUE(!index.is_word_character(code) && !index.is_printable(code));
  }
}

TEST(name_index, a_damaged_image_is_refused) {
  const std::vector<std::byte> whole = some_image();
  ASSERT_TRUE(name_index::open(whole, some_source));
  EXPECT_FALSE(name_index::open(whole, some_source + 1));
  for (std::size_t size = 0; size < whole.size(); size += 4099) {
    EXPECT_FALSE(name_index::open(first_of(whole, size), some_source)) << size;
  }
  for (std::size_t at = 0; at < whole.size(); at += at < sizeof(image_header) ? 1 : 4999) {
    std::vector<std::byte> damaged = whole;
    damaged[at] ^= std::byte{0x10};
    EXPECT_FALSE(name_index::open(damaged, some_source)) << at;
  }
  std::vector<std::byte> longer = whole;
  longer.push_back({});
  EXPECT_FALSE(name_index::open(longer, some_source));
}

TEST(name_index, tables_beyond_the_image_are_refused_whatever_the_checksum) {
  std::vector<std::byte> image = some_image();
  image_header header;
  for (auto which : {&image_header::words, &image_header::word_codes, &image_header::printable}) {
    std::memcpy(&header, image.data(), sizeof header);
    (header.*which).count += 1'000'000;
    std::vector<std::byte> damaged = image;
    std::memcpy(damaged.data(), &header, sizeof header);
    sign(damaged);
    EXPECT_FALSE(name_index::open(damaged, some_source));
  }
  sign(image);
  EXPECT_TRUE(name_index::open(image, some_source));
}

}  // namespace
}  // namespace pirn::apps
