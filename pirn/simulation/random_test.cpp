// The table of what CPython draws is checked, and made, by tests/random_test.py.
#include "pirn/simulation/random.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "pirn/base/hash.hpp"

namespace pirn::des {
namespace {

using namespace std::chrono_literals;

static_assert(std::uniform_random_bit_generator<random>);
static_assert(std::is_trivially_copyable_v<random>);

void add(running_hash& hash, double value) {
  hash.add(std::bit_cast<std::uint64_t>(value));
}
void add(running_hash& hash, std::integral auto value) {
  hash.add(static_cast<std::uint64_t>(value));
}
void add(running_hash& hash, const std::ranges::range auto& values) {
  for (const auto& each : values) add(hash, each);
}

std::vector<int> numbers(int count) {
  std::vector<int> made(static_cast<std::size_t>(count));
  std::iota(made.begin(), made.end(), 0);
  return made;
}

std::vector<int> shuffled(random& r, int count) {
  std::vector<int> made = numbers(count);
  r.shuffle(made);
  return made;
}

constexpr std::array<std::uint32_t, 3> three_words{1, 2, 3};
constexpr std::array<std::uint32_t, 4> two_words{7, 9, 0, 0};
std::vector<std::uint32_t> many_words() {
  std::vector<std::uint32_t> words(1001);
  words.back() = 1;
  return words;
}
constexpr std::array<double, 4> weights{0.5, 8, 0, 1.25};

// An expression of Python's, the same here, and the hash of what 1,000 evaluations give, from
// `r = Random(20)` on.
struct drawn {
  const char* python;
  void (*draw)(random&, running_hash&);
  std::uint64_t hash;
};
constexpr drawn table[] = {
    {"r.random()", [](random& r, running_hash& h) { add(h, r.uniform()); }, 0x116ae33746d7adce},
    {"r.getrandbits(1)", [](random& r, running_hash& h) { add(h, r.getrandbits(1)); },
     0xe769ca94e95bcee8},
    {"r.getrandbits(31)", [](random& r, running_hash& h) { add(h, r.getrandbits(31)); },
     0x28bd13a47cfcacc9},
    {"r.getrandbits(32)", [](random& r, running_hash& h) { add(h, r.getrandbits(32)); },
     0x64a83abd1f37c814},
    {"r.getrandbits(33)", [](random& r, running_hash& h) { add(h, r.getrandbits(33)); },
     0x62bbbaa0bae535b3},
    {"r.getrandbits(64)", [](random& r, running_hash& h) { add(h, r.getrandbits(64)); },
     0xfa23a178e80174e6},
    {"r.getrandbits(0)", [](random& r, running_hash& h) { add(h, r.getrandbits(0)); },
     0xcd3bf6ab198f12e9},
    {"Random(0).getrandbits(64)",
     [](random&, running_hash& h) { add(h, random(0).getrandbits(64)); }, 0x77d2712cdfe2b9a8},
    {"Random(-5).getrandbits(64)",
     [](random&, running_hash& h) { add(h, random(-5).getrandbits(64)); }, 0x6890379e296e0876},
    {"Random(2**32).getrandbits(64)",
     [](random&, running_hash& h) { add(h, random(std::uint64_t{1} << 32).getrandbits(64)); },
     0x4431a89b7be52cb0},
    {"Random(2**64 - 1).getrandbits(64)",
     [](random&, running_hash& h) { add(h, random(UINT64_MAX).getrandbits(64)); },
     0xda26bff93d68726d},
    {"Random(1 + (2 << 32) + (3 << 64)).getrandbits(64)",
     [](random&, running_hash& h) { add(h, random(three_words).getrandbits(64)); },
     0x7f17050c030ea62d},
    {"Random(7 + (9 << 32)).getrandbits(64)",
     [](random&, running_hash& h) { add(h, random(two_words).getrandbits(64)); },
     0xeb7ef6a081c2ef11},
    {"Random(2**32000).getrandbits(64)",
     [](random&, running_hash& h) { add(h, random(many_words()).getrandbits(64)); },
     0x0f04737923295aeb},
    {"Random(r.getrandbits(60)).random()",
     [](random& r, running_hash& h) { add(h, random(r.getrandbits(60)).uniform()); },
     0xc9e2b61c35bf488f},
    {"Random(split(1, 'arrivals')).getrandbits(64)",
     [](random&, running_hash& h) { add(h, random(1).split("arrivals").getrandbits(64)); },
     0xd37b0595ef466290},
    {"r.randrange(1)", [](random& r, running_hash& h) { add(h, r.randrange(1)); },
     0xcd3bf6ab198f12e9},
    {"r.randrange(10)", [](random& r, running_hash& h) { add(h, r.randrange(10)); },
     0x1736879756cbbdc3},
    {"r.randrange(2**40)",
     [](random& r, running_hash& h) { add(h, r.randrange(std::int64_t{1} << 40)); },
     0x16f4673f51bdb86a},
    {"r.randrange(-7, 18)", [](random& r, running_hash& h) { add(h, r.randrange(-7, 18)); },
     0x84dfc20987ac7244},
    {"r.randrange(-7, 18, 5)", [](random& r, running_hash& h) { add(h, r.randrange(-7, 18, 5)); },
     0x1a363e37f7dc03be},
    {"r.randrange(18, -7, -6)", [](random& r, running_hash& h) { add(h, r.randrange(18, -7, -6)); },
     0x06125a2a0e961a19},
    {"r.randint(1, 6)", [](random& r, running_hash& h) { add(h, r.randint(1, 6)); },
     0xd816569e50c00ea4},
    {"r.randint(-2**63, 2**63 - 1)",
     [](random& r, running_hash& h) { add(h, r.randint(INT64_MIN, INT64_MAX)); },
     0xbf4b6df7568468fc},
    {"r.randint(-2**63, 0)", [](random& r, running_hash& h) { add(h, r.randint(INT64_MIN, 0)); },
     0x77e4553f128c0997},
    {"r.uniform(-1.5, 7.25)", [](random& r, running_hash& h) { add(h, r.uniform(-1.5, 7.25)); },
     0x6da7e9ea8add4ef5},
    {"r.triangular(2, 5)", [](random& r, running_hash& h) { add(h, r.triangular(2, 5)); },
     0x2451f310dca291dd},
    {"r.triangular(2, 5, 4.5)", [](random& r, running_hash& h) { add(h, r.triangular(2, 5, 4.5)); },
     0x9a0dcf49d2f72161},
    {"r.triangular(3.0, 3, 3)", [](random& r, running_hash& h) { add(h, r.triangular(3, 3, 3)); },
     0x78907e59ec915958},
    {"r.expovariate(0.2)", [](random& r, running_hash& h) { add(h, r.expovariate(0.2)); },
     0x854eb6fc63d8625f},
    {"r.expovariate(1 / 20)", [](random& r, running_hash& h) { add(h, r.expovariate(1.0 / 20)); },
     0xbd0e5409417a7143},
    {"r.gauss(10, 3)", [](random& r, running_hash& h) { add(h, r.gauss(10, 3)); },
     0xec159de00c3b0d47},
    {"r.normalvariate(10, 3)", [](random& r, running_hash& h) { add(h, r.normalvariate(10, 3)); },
     0x77a03fa55b0146f8},
    {"r.lognormvariate(0.5, 0.25)",
     [](random& r, running_hash& h) { add(h, r.lognormvariate(0.5, 0.25)); }, 0x457d3cc2a95d78f1},
    {"r.gammavariate(0.4, 2)", [](random& r, running_hash& h) { add(h, r.gammavariate(0.4, 2)); },
     0x795f473a6a8e1826},
    {"r.gammavariate(1, 2)", [](random& r, running_hash& h) { add(h, r.gammavariate(1, 2)); },
     0x4c8abfb7dec6c0ed},
    {"r.gammavariate(9, 0.5)", [](random& r, running_hash& h) { add(h, r.gammavariate(9, 0.5)); },
     0x2f2925de6b8f1bc7},
    {"r.betavariate(2, 3)", [](random& r, running_hash& h) { add(h, r.betavariate(2, 3)); },
     0x656d13de112e5af9},
    {"r.betavariate(0.5, 0.5)", [](random& r, running_hash& h) { add(h, r.betavariate(0.5, 0.5)); },
     0xc3067b95bc24948a},
    {"r.paretovariate(3)", [](random& r, running_hash& h) { add(h, r.paretovariate(3)); },
     0x8702ad2770afb00a},
    {"r.weibullvariate(2, 1.5)",
     [](random& r, running_hash& h) { add(h, r.weibullvariate(2, 1.5)); }, 0x1dfdcbf2e5cd72c9},
    {"r.vonmisesvariate(1, 4)", [](random& r, running_hash& h) { add(h, r.vonmisesvariate(1, 4)); },
     0x291dd82ce7e9eda9},
    {"r.vonmisesvariate(0.5, 0.001)",
     [](random& r, running_hash& h) { add(h, r.vonmisesvariate(0.5, 0.001)); }, 0x26ced52b51eff456},
    {"r.vonmisesvariate(0, 0)", [](random& r, running_hash& h) { add(h, r.vonmisesvariate(0, 0)); },
     0x8cf3c38d78a4be48},
    {"r.choice(range(100))",
     [](random& r, running_hash& h) { add(h, r.choice(std::views::iota(0, 100))); },
     0xee13933149d18ec8},
    {"r.choices(range(100), k=3)",
     [](random& r, running_hash& h) { add(h, r.choices(numbers(100), 3)); }, 0xc6cfafc72cdd4fd5},
    {"r.choices(range(4), [0.5, 8, 0, 1.25], k=3)",
     [](random& r, running_hash& h) { add(h, r.choices(numbers(4), weights, 3)); },
     0xce3a2234317f238f},
    {"shuffled(r, 50)", [](random& r, running_hash& h) { add(h, shuffled(r, 50)); },
     0x865b970f694c6e1e},
    {"r.sample(range(21), 5)", [](random& r, running_hash& h) { add(h, r.sample(numbers(21), 5)); },
     0x49bd94b815764420},
    {"r.sample(range(22), 5)", [](random& r, running_hash& h) { add(h, r.sample(numbers(22), 5)); },
     0x2dd68b35b9ddf1bc},
    {"r.sample(range(85), 6)", [](random& r, running_hash& h) { add(h, r.sample(numbers(85), 6)); },
     0x0d90c4b4fd5a0d58},
    {"r.sample(range(86), 6)", [](random& r, running_hash& h) { add(h, r.sample(numbers(86), 6)); },
     0x00d39b7103e1b12e},
    {"r.sample(range(300), 30)",
     [](random& r, running_hash& h) { add(h, r.sample(numbers(300), 30)); }, 0x1563a5933fa87c9a},
    {"r.sample(range(40), 40)",
     [](random& r, running_hash& h) { add(h, r.sample(numbers(40), 40)); }, 0x3717a218c490ce9b},
};

TEST(random_numbers, equal_those_of_cpython_bit_by_bit) {
  for (const drawn& each : table) {
    random source(20);
    running_hash hash;
    for (int i = 0; i < 1000; ++i) each.draw(source, hash);
    EXPECT_EQ(hash.value(), each.hash) << each.python;
  }
}

// What Random(3) draws first, for the eye.
TEST(random_numbers, begin_as_cpythons_do) {
  random source(3);
  EXPECT_EQ(source.uniform(), 0.23796462709189137);
  EXPECT_EQ(source.expovariate(0.2), 3.928826414548857);
}

TEST(random_numbers, depend_on_the_seeds_absolute_value) {
  EXPECT_EQ(random(-3)(), random(3)());
  EXPECT_EQ(random(INT64_MIN)(), random(std::uint64_t{1} << 63)());
  EXPECT_EQ(random(std::int8_t{-128})(), random(128)());
  EXPECT_NE(random(3)(), random(4)());
}

TEST(random_numbers, go_on_the_same_way_in_a_copy) {
  random source(1);
  source.gauss(0, 1);
  random copy = source;
  EXPECT_EQ(copy.gauss(0, 1), source.gauss(0, 1));
  EXPECT_EQ(copy(), source());
}

TEST(random_numbers, of_a_stream_depend_on_seed_and_name_alone) {
  random source(5);
  const std::uint32_t first = source.split("arrivals")();
  source();
  source.split("repairs")();
  EXPECT_EQ(source.split("arrivals")(), first);
  EXPECT_NE(source.split("repairs")(), first);
  EXPECT_NE(random(6).split("arrivals")(), first);
  EXPECT_NE(random(5)(), first);
  EXPECT_EQ(source.split("a").split("b")(), random(5).split("a").split("b")());
  EXPECT_NE(source.split("a").split("b")(), random(5).split("b").split("a")());
}

TEST(random_numbers, of_a_stream_split_from_a_seed_in_words_are_those_of_the_number) {
  constexpr std::array<std::uint32_t, 2> words{7, 9};
  const std::uint64_t number = 7 + (std::uint64_t{9} << 32);
  EXPECT_EQ(random(words).split("a")(), random(number).split("a")());
  EXPECT_EQ(random(two_words).split("a")(), random(number).split("a")());
  EXPECT_NE(random(three_words).split("a")(), random(number).split("a")());
}

TEST(random_numbers, reach_both_ends_of_the_widest_ranges) {
  random source(1);
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t number = source.randint(INT64_MIN, INT64_MAX);
    lowest = std::min(lowest, number);
    highest = std::max(highest, number);
  }
  EXPECT_LT(lowest, INT64_MIN / 4 * 3);
  EXPECT_GT(highest, INT64_MAX / 4 * 3);
  EXPECT_EQ(source.randrange(INT64_MIN, INT64_MIN + 1), INT64_MIN);
  EXPECT_EQ(source.randrange(INT64_MAX, INT64_MAX - 1, -1), INT64_MAX);
}

TEST(random_numbers, choose_elements_themselves) {
  random source(2);
  std::vector<std::string> names{"ant", "bee", "cat"};
  source.choice(names) = "dog";
  EXPECT_EQ(std::ranges::count(names, "dog"), 1);
  const int from_view = source.choice(std::views::iota(5, 6));
  EXPECT_EQ(from_view, 5);
}

TEST(random_numbers, sample_without_repetition) {
  random source(2);
  for (const std::size_t count : {std::size_t{3}, std::size_t{50}, std::size_t{1000}}) {
    std::vector<int> taken = source.sample(numbers(1000), count);
    EXPECT_EQ(taken.size(), count);
    std::ranges::sort(taken);
    EXPECT_EQ(std::ranges::adjacent_find(taken), taken.end());
  }
  EXPECT_TRUE(source.sample(std::vector<int>(), 0).empty());
}

TEST(random_numbers, never_choose_what_has_no_weight) {
  random source(2);
  constexpr std::array<double, 3> last_has_none{0, 1, 0};
  for (int each : source.choices(numbers(3), last_has_none, 1000)) EXPECT_EQ(each, 1);
}

TEST(random_numbers, measure_time_in_the_unit_of_their_arguments) {
  random in_time(4);
  random in_numbers(4);
  const std::chrono::duration<double, std::ratio<60>> minutes = in_time.expovariate(5min);
  EXPECT_EQ(minutes.count(), in_numbers.expovariate(1.0 / 5));
  EXPECT_EQ(in_time.uniform(1s, 2500ms).count(), in_numbers.uniform(1000, 2500));
  EXPECT_EQ(in_time.normalvariate(8h, 30min).count(), in_numbers.normalvariate(480, 30));
}

TEST(random_numbers, feed_the_standard_librarys_distributions) {
  random source(4);
  std::uniform_int_distribution<int> die(1, 6);
  for (int i = 0; i < 100; ++i) {
    const int eyes = die(source);
    EXPECT_TRUE(1 <= eyes && eyes <= 6);
  }
}

TEST(random_numbers, refuse_what_cannot_be_drawn) {
  random source(4);
  EXPECT_DEATH(source.randbelow(0), "no number below zero");
  EXPECT_DEATH(source.randrange(5, 5), "empty");
  EXPECT_DEATH(source.randrange(5, 6, 0), "empty");
  EXPECT_DEATH(source.randrange(5, 6, -1), "empty");
  EXPECT_DEATH(source.randint(2, 1), "empty");
  EXPECT_DEATH(source.getrandbits(65), "64 bits");
  EXPECT_DEATH(source.sample(numbers(2), 3), "larger than");
  EXPECT_DEATH(source.choices(numbers(2), weights, 1), "a weight");
  EXPECT_DEATH(source.choices(std::vector<int>(), 1), "nothing to choose");
}

}  // namespace
}  // namespace pirn::des
