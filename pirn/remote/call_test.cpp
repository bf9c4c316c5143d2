// call: calls as bytes, made from bytes, and what damaged bytes do.
#include "pirn/remote/call.hpp"

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"

namespace {

using namespace pirn;
using namespace pirn::remote;

/// Makes a call as another process would.
template <class T>
T made(const bytes& call) {
  return decode_result<T>(perform(call)).take();
}

int sum(int a, int b) {
  return a + b;
}
void fail(const std::string& why) {
  throw std::out_of_range(why);
}

struct scaled {
  int factor = 1;
  int operator()(int number) const { return factor * number; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(factor);
  }
};

struct person {
  std::string name;
  std::optional<int> age;
  std::vector<std::string> pets;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, age, pets);
  }
  bool operator==(const person&) const = default;
};

TEST(remote_call, functions_lambdas_and_objects_can_be_called) {
  EXPECT_EQ(made<int>(encode_call(&sum, 40, 2)), 42);
  EXPECT_EQ(made<int>(encode_call(sum, 40, 2)), 42);
  EXPECT_EQ(made<int>(encode_call<&sum>(40, 2)), 42);
  EXPECT_EQ(made<int>(encode_call([](int a, int b) { return a * b; }, 6, 7)), 42);
  EXPECT_EQ(made<int>(encode_call(scaled{6}, 7)), 42);
  EXPECT_EQ(made<int>(encode_call([] { return 42; })), 42);
  EXPECT_EQ(made<std::size_t>(encode_call<&std::string::size>(std::string("four"))), 4U);
}

TEST(remote_call, arguments_and_results_keep_their_values) {
  person alice{"Alice", 42, {"cat", "dog"}};
  EXPECT_EQ(made<person>(encode_call([](person who) { return who; }, alice)), alice);
  std::map<std::string, std::vector<double>> table{{"a", {1, 2}}, {"b", {}}};
  auto echo = [](std::map<std::string, std::vector<double>> it) { return it; };
  EXPECT_EQ((made<std::map<std::string, std::vector<double>>>(encode_call(echo, table))), table);
  auto owner = made<std::unique_ptr<int>>(
      encode_call([](std::unique_ptr<int> p) { return p; }, std::make_unique<int>(7)));
  EXPECT_EQ(*owner, 7);
}

TEST(remote_call, text_that_is_pointed_at_arrives_as_a_string) {
  auto length = [](std::string_view text) { return text.size(); };
  EXPECT_EQ(made<std::size_t>(encode_call(length, "four")), 4U);
  EXPECT_EQ(made<std::size_t>(encode_call(length, std::string_view("fours", 4))), 4U);
}

TEST(remote_call, what_it_throws_is_thrown_here) {
  try {
    made<void>(encode_call(&fail, "index 7"));
    FAIL();
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "index 7");
  }
}

TEST(remote_call, many_calls_of_one_function_are_a_vector_in_one) {
  std::vector<std::tuple<int, int>> arguments;
  for (int i = 0; i < 1000; ++i) arguments.emplace_back(i, 1);
  auto all = [](const std::vector<std::tuple<int, int>>& each) {
    std::vector<int> results;
    for (auto [a, b] : each) results.push_back(sum(a, b));
    return results;
  };
  auto results = made<std::vector<int>>(encode_call(all, arguments));
  ASSERT_EQ(results.size(), 1000U);
  EXPECT_EQ(results.back(), 1000);
}

TEST(remote_call, what_cannot_travel_is_known_when_compiling) {
  int captured = 1;
  auto closure = [captured] { return captured; };
  EXPECT_FALSE(travelling_callable<decltype(closure)>);
  EXPECT_TRUE(travelling_callable<int (*)(int)>);
  EXPECT_FALSE(travels<int*>);
  EXPECT_FALSE(travels<std::runtime_error>);
  EXPECT_TRUE((travels<std::vector<std::pair<int, std::string>>>));
}

bytes sample_call() {
  auto work = [](person who, std::vector<int> numbers, bool yes) {
    if (yes) who.pets.push_back(std::to_string(numbers.size()));
    return who;
  };
  return encode_call(work, person{"Alice", 42, {"cat"}}, std::vector<int>{1, 2, 3}, true);
}

TEST(remote_call, bytes_that_are_cut_short_or_too_many_are_an_error) {
  const bytes call = sample_call();
  for (std::size_t size = 0; size < call.size(); ++size) {
    bytes cut(call.begin(), call.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THROW(made<person>(cut), message_error) << size;
  }
  bytes longer = call;
  longer.push_back(std::byte{0});
  EXPECT_THROW(made<person>(longer), message_error);

  const bytes result = perform(call);
  for (std::size_t size = 0; size < result.size(); ++size) {
    bytes cut(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THROW(decode_result<person>(cut).take(), message_error) << size;
  }
}

TEST(remote_call, damaged_bytes_give_an_error_or_a_value_and_nothing_worse) {
  constexpr std::uint64_t seed = 7;
  random_source random(seed);
  const bytes call = sample_call();
  for (int round = 0; round < 20'000; ++round) {
    bytes damaged = call;
    for (int i = 0; i < 3; ++i) {
      damaged[random.below(damaged.size())] ^= static_cast<std::byte>(random.below(256));
    }
    outcome<person> came = decode_result<person>(perform(damaged));
    EXPECT_FALSE(came.empty()) << "seed " << seed << " round " << round;
    bytes result = perform(call);
    result[random.below(result.size())] ^= static_cast<std::byte>(random.below(256));
    outcome<person> read = decode_result<person>(result);
    EXPECT_FALSE(read.empty());
  }
}

}  // namespace
