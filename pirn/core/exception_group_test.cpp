// exception_group: looking for errors in it, dividing it, what it says.
#include "pirn/core/exception_group.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/cancelled.hpp"

namespace {

using namespace pirn;

template <class E, class... Args>
std::exception_ptr make(Args... args) {
  return std::make_exception_ptr(E(args...));
}

std::vector<std::string> texts_of(const std::vector<std::exception_ptr>& errors) {
  std::vector<std::string> texts;
  for (const std::exception_ptr& each : errors) texts.push_back(describe_exception(each));
  return texts;
}

using strings = std::vector<std::string>;

exception_group nested_group() {
  exception_group inner({make<std::out_of_range>("range"), make<std::domain_error>("domain")});
  return exception_group({make<std::invalid_argument>("argument"), std::make_exception_ptr(inner),
                          std::make_exception_ptr(5)});
}

TEST(exception_group, says_how_many_failed_and_with_what) {
  EXPECT_STREQ(exception_group({make<std::runtime_error>("spam")}).what(), "1 task failed: spam");
  EXPECT_STREQ(exception_group({make<std::runtime_error>("spam"), std::make_exception_ptr(1),
                                std::make_exception_ptr(cancelled{})})
                   .what(),
               "3 tasks failed: spam; an exception that is not a std::exception; cancelled");
}

TEST(exception_group, finds_the_first_of_a_type_also_in_nested_groups) {
  const exception_group group = nested_group();
  ASSERT_NE(group.find<std::out_of_range>(), nullptr);
  EXPECT_STREQ(group.find<std::out_of_range>()->what(), "range");
  ASSERT_NE(group.find<std::logic_error>(), nullptr);
  EXPECT_STREQ(group.find<std::logic_error>()->what(), "argument");
  ASSERT_NE(group.find<int>(), nullptr);
  EXPECT_EQ(*group.find<int>(), 5);
  EXPECT_EQ(group.find<std::bad_alloc>(), nullptr);
}

TEST(exception_group, what_it_finds_is_the_exception_itself) {
  const exception_group group = nested_group();
  const void* thrown = nullptr;
  try {
    std::rethrow_exception(group.exceptions().front());
  } catch (const std::invalid_argument& error) {
    thrown = &error;
  }
  EXPECT_EQ(group.find<std::invalid_argument>(), thrown);
}

TEST(exception_group, finds_a_nested_group_as_a_whole) {
  const exception_group group = nested_group();
  const auto* inner = group.find<exception_group>();
  ASSERT_NE(inner, nullptr);
  EXPECT_EQ(texts_of(inner->exceptions()), (strings{"range", "domain"}));
}

TEST(exception_group, divides_into_those_of_a_type_and_the_rest) {
  auto [arguments, rest] = nested_group().split<std::invalid_argument>();
  EXPECT_EQ(texts_of(arguments), (strings{"argument"}));
  EXPECT_EQ(texts_of(rest),
            (strings{"range", "domain", "an exception that is not a std::exception"}));
  auto [logic, others] = nested_group().split<std::logic_error>();
  EXPECT_EQ(texts_of(logic), (strings{"argument", "range", "domain"}));
  EXPECT_EQ(others.size(), 1u);
}

TEST(exception_group, a_type_that_covers_groups_takes_a_nested_one_whole) {
  auto [all, rest] = nested_group().split<std::exception>();
  EXPECT_EQ(texts_of(all), (strings{"argument", "2 tasks failed: range; domain"}));
  EXPECT_EQ(rest.size(), 1u);
}

TEST(exception_group_death, is_never_empty) {
  EXPECT_DEATH(exception_group({}), "at least one exception");
}

TEST(describe_exception, has_a_word_for_everything) {
  EXPECT_EQ(describe_exception(nullptr), "no exception");
  EXPECT_EQ(describe_exception(make<std::runtime_error>("spam")), "spam");
  EXPECT_EQ(describe_exception(std::make_exception_ptr(cancelled{})), "cancelled");
  EXPECT_EQ(describe_exception(std::make_exception_ptr("text")),
            "an exception that is not a std::exception");
}

TEST(is_cancellation, tells_cancelled_from_errors) {
  EXPECT_TRUE(is_cancellation(std::make_exception_ptr(cancelled{})));
  EXPECT_FALSE(is_cancellation(nullptr));
  EXPECT_FALSE(is_cancellation(make<std::runtime_error>("cancelled")));
  EXPECT_FALSE(is_cancellation(std::make_exception_ptr(future_cancelled())));
}

TEST(cancelled, passes_handlers_of_std_exception) {
  static_assert(!std::is_base_of_v<std::exception, cancelled>);
  bool passed = false;
  try {
    try {
      throw cancelled{};
    } catch (const std::exception&) {
    }
  } catch (const cancelled&) {
    passed = true;
  }
  EXPECT_TRUE(passed);
}

}  // namespace
