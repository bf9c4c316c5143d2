// A loop that is told who goes first.
#include "pirn/core/ready_order.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace pirn {

using testing::run_virtual;

namespace {

/// The task that came last goes first, again and again.
class youngest_first final : public ready_order {
 public:
  std::size_t choose(std::span<const std::uint64_t> task_ids) override {
    return static_cast<std::size_t>(std::ranges::max_element(task_ids) - task_ids.begin());
  }
};

task<> steps(char name, int count, std::string* into) {
  for (int i = 0; i < count; ++i) {
    *into += name;
    co_await yield_now();
  }
}

std::string order_with(std::unique_ptr<ready_order> order, bool shuffle) {
  std::string seen;
  run_virtual({.shuffle = shuffle}, [&]() -> task<> {
    order_of_ready.of(loop::current()) = std::move(order);
    co_await with_group([&](task_group& group) {
      for (char name : {'a', 'b', 'c'}) group.spawn(steps, name, 3, &seen);
    });
  });
  return seen;
}

}  // namespace

TEST(ready_order, says_before_each_resumption_who_goes) {
  EXPECT_EQ(order_with(std::make_unique<youngest_first>(), true), "cccbbbaaa");
}

TEST(ready_order, is_not_asked_by_a_loop_that_does_not_shuffle) {
  EXPECT_EQ(order_with(std::make_unique<youngest_first>(), false), "abcabcabc");
}

TEST(ready_order, none_leaves_the_order_to_the_seed) {
  const std::string seen = order_with(nullptr, true);
  EXPECT_EQ(std::ranges::count(seen, 'a'), 3);
  EXPECT_EQ(seen.size(), 9U);
}

}  // namespace pirn
