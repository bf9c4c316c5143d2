// frame: what a coroutine is called, where it stands.
#include "pirn/core/frame.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/async_generator.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

task<std::string> plain(int, std::string) {
  task_record& me = co_await this_task_record{};
  co_return me.leaf()->function_name();
}

template <class T>
task<std::string> of_template(T, std::vector<T>) {
  task_record& me = co_await this_task_record{};
  co_return me.leaf()->function_name();
}

task<std::string> with_callback(int (*)(int)) {
  task_record& me = co_await this_task_record{};
  co_return me.leaf()->function_name();
}

struct thing {
  task<std::string> member(int) const {
    task_record& me = co_await this_task_record{};
    co_return me.leaf()->function_name();
  }
  task<std::string> operator()() {
    task_record& me = co_await this_task_record{};
    co_return me.leaf()->function_name();
  }
};

TEST(frame, is_named_after_its_function) {
  EXPECT_EQ(run_virtual(plain, 1, ""), "plain");
  EXPECT_EQ(run_virtual(of_template<int>, 1, std::vector<int>{}), "of_template");
  EXPECT_EQ(run_virtual(with_callback, nullptr), "with_callback");
  EXPECT_EQ(run_virtual(&thing::member, thing{}, 1), "member");
}

TEST(frame, a_function_object_is_named_after_its_class) {
  EXPECT_EQ(run_virtual(thing{}), "thing");
}

task<std::string> holds_a_lambda() {
  auto inside = []() -> task<std::string> {
    task_record& me = co_await this_task_record{};
    co_return me.leaf()->function_name();
  };
  std::string name = co_await inside();
  co_return name;
}

TEST(frame, a_lambda_is_named_after_the_function_in_which_it_stands) {
  EXPECT_EQ(run_virtual(holds_a_lambda), "holds_a_lambda");
}

unsigned line_of(const task_record& task) {
  return task.where().line();
}

TEST(frame, knows_the_line_of_its_present_await) {
  run_virtual([]() -> task<> {
    unsigned before = __LINE__ + 1;
    task_record& me = co_await this_task_record{};
    EXPECT_EQ(line_of(me), before);
    co_await yield_now();
    EXPECT_EQ(line_of(me), before + 2);
    EXPECT_TRUE(std::string_view(me.where().file_name()).ends_with("frame_test.cpp"));
  });
}

task<> returns_at_once() {
  co_return;
}

TEST(frame, a_task_is_where_its_caller_is_once_a_callee_has_ended) {
  run_virtual([]() -> task<> {
    task_record& me = co_await this_task_record{};
    const frame_base* mine = me.leaf();
    co_await returns_at_once();
    EXPECT_EQ(me.leaf(), mine);
    auto fails = []() -> task<> {
      co_await yield_now();
      throw 1;
    };
    try {
      co_await fails();
    } catch (int) {
    }
    EXPECT_EQ(me.leaf(), mine);
  });
}

TEST(frame, a_task_is_where_its_consumer_is_while_a_generator_stands_still) {
  auto count = []() -> async_generator<int> {
    co_await yield_now();
    co_yield 1;
  };
  run_virtual([&]() -> task<> {
    task_record& me = co_await this_task_record{};
    const frame_base* mine = me.leaf();
    {
      async_generator<int> numbers = count();
      static_cast<void>(co_await numbers.next());
      EXPECT_EQ(me.leaf(), mine);
    }
    EXPECT_FALSE(me.name().empty());
  });
}

TEST(frame, callers_lead_to_the_outermost) {
  run_virtual([]() -> task<> {
    struct depth {
      static task<int> of_callers(int more) {
        if (more > 0) {
          int below = co_await of_callers(more - 1);
          co_return below;
        }
        task_record& me = co_await this_task_record{};
        int count = 0;
        for (const frame_base* each = me.leaf(); each != nullptr; each = each->caller()) ++count;
        co_return count;
      }
    };
    int callers = co_await depth::of_callers(5);
    EXPECT_EQ(callers, 7);
  });
}

}  // namespace
