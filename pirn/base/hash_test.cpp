#include "pirn/base/hash.hpp"

#include <set>

#include <gtest/gtest.h>

namespace pirn {

namespace {

template <class... Parts>
constexpr std::uint64_t hash_of(Parts... parts) {
  running_hash hash;
  (hash.add(parts), ...);
  return hash.value();
}

constexpr std::uint64_t word(std::uint64_t number) {
  return number;
}

}  // namespace

// splitmix64 from seed 0: its state after one step is the increment.
TEST(mix_bits, gives_the_published_numbers) {
  constexpr std::uint64_t step = 0x9e3779b97f4a7c15;
  EXPECT_EQ(mix_bits(step), 0xe220a8397b1dcdafU);
  EXPECT_EQ(mix_bits(2 * step), 0x6e789e6aa1b965f4U);
  EXPECT_EQ(mix_bits(3 * step), 0x06c45d188009454fU);
}

// Pinned: hashes are compared between machines and releases of a simulation.
TEST(running_hash, gives_the_same_value_on_every_machine) {
  EXPECT_EQ(running_hash().value(), 0U);
  EXPECT_EQ(hash_of(word(1), word(2), word(3)), 1877844403920771268U);
  EXPECT_EQ(hash_of(std::string_view("pirn")), 5215401151541392672U);
}

TEST(running_hash, depends_on_the_order) {
  EXPECT_NE(hash_of(word(1), word(2)), hash_of(word(2), word(1)));
  static_assert(hash_of(word(1), word(2)) == hash_of(word(1), word(2)));
}

TEST(running_hash, counts_zeros) {
  std::set<std::uint64_t> seen;
  running_hash hash;
  for (int i = 0; i < 1000; ++i) {
    hash.add(word(0));
    seen.insert(hash.value());
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(running_hash, keeps_texts_apart) {
  using namespace std::string_view_literals;
  EXPECT_NE(hash_of("ab"sv, "c"sv), hash_of("a"sv, "bc"sv));
  EXPECT_NE(hash_of(""sv, "a"sv), hash_of("a"sv, ""sv));
  EXPECT_EQ(hash_of("\xff"sv), hash_of(word(0xff), word(1))) << "bytes are unsigned everywhere";
}

TEST(running_hash, differs_for_close_inputs) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t i = 0; i < 100; ++i) {
    for (std::uint64_t j = 0; j < 100; ++j) seen.insert(hash_of(i, j));
  }
  EXPECT_EQ(seen.size(), 10'000U);
}

}  // namespace pirn
