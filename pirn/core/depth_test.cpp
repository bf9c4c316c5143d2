// depth: ten thousand awaits, scopes and groups inside one another; nothing of the core recurses.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/dump.hpp"
#include "pirn/core/gather.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

constexpr int deep = 10'000;

struct nested {
  static task<int> awaits(int depth) {
    if (depth == 0) {
      co_await sleep_for(10s);
      co_return 0;
    }
    int below = co_await awaits(depth - 1);
    co_return below + 1;
  }

  static task<int> scopes(int depth) {
    if (depth == 0) {
      co_await sleep_for(10s);
      co_return 0;
    }
    cancel_scope scope;
    std::optional<int> below = co_await within(scope, scopes(depth - 1));
    co_return *below + 1;
  }

  static task<int> time_outs(int depth) {
    if (depth == 0) {
      co_await sleep_for(10s);
      co_return 0;
    }
    int below = co_await timeout(1h, time_outs(depth - 1));
    co_return below + 1;
  }

  static task<int> shields(int depth) {
    if (depth == 0) {
      co_await sleep_for(10s);
      co_return 0;
    }
    int below = co_await shield(shields(depth - 1));
    co_return below + 1;
  }

  // Each in the body of the one around it.
  static task<int> groups(int depth) {
    if (depth == 0) {
      co_await sleep_for(10s);
      co_return 0;
    }
    auto body = [depth](task_group&) { return groups(depth - 1); };
    int below = co_await with_group(body);
    co_return below + 1;
  }

  // Each the child of the one around it.
  static task<int> children(int depth) {
    if (depth == 0) {
      co_await sleep_for(10s);
      co_return 0;
    }
    auto [below] = co_await gather(children(depth - 1));
    co_return below + 1;
  }
};

using nesting = task<int> (*)(int);

class depth_test : public ::testing::TestWithParam<nesting> {};

TEST_P(depth_test, results_come_up) {
  EXPECT_EQ(run_virtual(GetParam(), deep), deep);
}

TEST_P(depth_test, a_cancel_goes_down_and_comes_up) {
  run_virtual([]() -> task<> {
    auto cut_short = co_await move_on_after(1s, GetParam()(deep));
    const bool shielded = GetParam() == nested::shields;
    EXPECT_EQ(cut_short.has_value(), shielded);
    EXPECT_EQ(now(), time_point(shielded ? 10s : 1s));
  });
}

std::string nesting_name(const ::testing::TestParamInfo<nesting>& tested) {
  const char* names[] = {"awaits", "scopes", "time_outs", "shields", "groups", "children"};
  return names[tested.index];
}

INSTANTIATE_TEST_SUITE_P(nestings, depth_test,
                         ::testing::Values(nested::awaits, nested::scopes, nested::time_outs,
                                           nested::shields, nested::groups, nested::children),
                         nesting_name);

TEST(depth, a_tree_of_ten_thousand_generations_is_shown) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto root = group.start(nested::children(deep));
      co_await sleep_for(1s);
      const std::string text = describe_tasks(group);
      EXPECT_EQ(std::ranges::count(text, '\n'), deep + 1);
      root.cancel();
    });
  });
}

TEST(depth, many_scopes_are_cancelled_at_once) {
  run_virtual([]() -> task<> {
    int reached = 0;
    auto leaf = [&]() -> task<> {
      try {
        co_await timeout(1h, sleep_for(10s));
      } catch (const cancelled&) {
        ++reached;
        throw;
      }
    };
    co_await move_on_after(1s, with_group([&](task_group& group) {
                             for (int i = 0; i < deep; ++i) group.spawn(leaf);
                           }));
    EXPECT_EQ(reached, deep);
  });
}

}  // namespace
