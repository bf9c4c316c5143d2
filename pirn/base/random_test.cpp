#include "pirn/base/random.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace pirn {

static_assert(std::uniform_random_bit_generator<random_source>);

// xoshiro256** after splitmix64 of the seed, as other implementations give it.
TEST(random_source, gives_the_published_numbers) {
  random_source source(42);
  for (std::uint64_t expected :
       {1546998764402558742U, 6990951692964543102U, 12544586762248559009U, 17057574109182124193U}) {
    EXPECT_EQ(source(), expected);
  }
}

TEST(random_source, equal_seeds_give_equal_numbers_and_others_do_not) {
  random_source one(1);
  random_source same(1);
  random_source other(2);
  int equal_to_other = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t drawn = one();
    EXPECT_EQ(drawn, same());
    equal_to_other += drawn == other();
  }
  EXPECT_EQ(equal_to_other, 0);
}

TEST(random_source, a_copy_goes_on_alike) {
  random_source one(1);
  one();
  random_source copy = one;
  EXPECT_EQ(one(), copy());
}

// The upper half of draw times bound.
TEST(random_source, below_gives_the_published_numbers) {
  random_source source(42);
  for (std::uint64_t expected : {0U, 3U, 6U, 9U, 9U, 7U, 7U, 8U}) {
    EXPECT_EQ(source.below(10), expected);
  }
}

TEST(random_source, below_reaches_every_number_about_equally_often) {
  random_source source(7);
  constexpr std::size_t bound = 12;
  constexpr int draws = 120'000;
  std::array<int, bound> count{};
  for (int i = 0; i < draws; ++i) ++count.at(source.below(bound));
  double chi_squared = 0;
  for (int each : count) {
    const double off = each - draws / 12.0;
    chi_squared += off * off / (draws / 12.0);
  }
  EXPECT_LT(chi_squared, 31.3) << "more than one in a thousand, for 11 degrees of freedom";
}

// Three quarters of 2^64 as the bound: without rejection a third of the numbers would come twice as
// often.
TEST(random_source, below_is_unbiased_for_large_bounds) {
  random_source source(7);
  constexpr std::uint64_t bound = 3ULL << 62;
  constexpr int draws = 90'000;
  std::array<int, 3> count{};
  for (int i = 0; i < draws; ++i) ++count.at(source.below(bound) / (bound / 3));
  for (int each : count) EXPECT_NEAR(each, draws / 3, 700);
  int every_third = 0;
  for (int i = 0; i < draws; ++i) every_third += source.below(bound) % 3 == 0;
  EXPECT_NEAR(every_third, draws / 3, 700);
}

TEST(random_source, below_one_is_zero_and_below_the_most_stays_below) {
  random_source source(7);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(source.below(1), 0U);
    EXPECT_LT(source.below(UINT64_MAX), UINT64_MAX);
  }
}

TEST(random_source_death, nothing_is_below_zero) {
  random_source source(7);
  EXPECT_DEATH(source.below(0), "above zero");
}

TEST(random_source, uniform_has_53_bits_of_the_draw) {
  random_source source(42);
  random_source draws(42);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double number = source.uniform();
    ASSERT_EQ(number * 0x1.0p53, static_cast<double>(draws() >> 11));
    ASSERT_LT(number, 1.0);
    sum += number;
  }
  EXPECT_NEAR(sum / 100'000, 0.5, 0.003);
}

TEST(random_source, a_split_depends_on_seed_and_name_alone) {
  random_source source(5);
  random_source before = source.split("network");
  source();
  random_source after = source.split("network");
  random_source disk = source.split("disk");
  random_source elsewhere = random_source(6).split("network");
  const std::uint64_t drawn = before();
  EXPECT_EQ(drawn, after());
  EXPECT_NE(drawn, disk());
  EXPECT_NE(drawn, elsewhere());
  EXPECT_NE(drawn, random_source(5)());
}

TEST(random_source, splits_can_be_split) {
  const random_source source(5);
  EXPECT_NE(source.split("a").split("b")(), source.split("b").split("a")());
  EXPECT_EQ(source.split("a").split("b")(), source.split("a").split("b")());
}

TEST(random_source, drives_the_standard_librarys_algorithms) {
  std::vector<int> numbers(100);
  for (int i = 0; i < 100; ++i) numbers[static_cast<std::size_t>(i)] = i;
  std::vector<int> shuffled = numbers;
  std::ranges::shuffle(shuffled, random_source(1));
  EXPECT_NE(shuffled, numbers);
  EXPECT_TRUE(std::ranges::is_permutation(shuffled, numbers));
}

}  // namespace pirn
