// async_context: entering, leaving, errors, cancellation.
#include "pirn/core/async_context.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using strings = std::vector<std::string>;

// Takes a second to enter and a second to leave.
struct traced_manager {
  strings& trace;
  bool swallows = false;

  task<int> enter() {
    co_await sleep_for(1s);
    trace.push_back("enter");
    co_return 42;
  }
  task<bool> exit(std::exception_ptr error) {
    co_await sleep_for(1s);
    trace.push_back(error ? "exit with error" : "exit");
    co_return swallows;
  }
};

struct plain_manager {
  strings& trace;
  void enter() { trace.push_back("enter"); }
  void exit(const std::exception_ptr& error) {
    trace.push_back(error ? "exit in a handler: " + std::to_string(std::uncaught_exceptions()) +
                                (std::current_exception() == error ? " same" : " other")
                          : "exit");
  }
};

task<> fail_with(std::string text) {
  co_await yield_now();
  throw std::runtime_error(text);
}

// The text of the std::runtime_error that `work` throws.
template <class Work>
task<std::string> error_of(Work work) {
  try {
    co_await std::move(work);
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "";
}

TEST(async_with, enters_runs_the_body_and_exits) {
  strings trace;
  run_virtual([&]() -> task<> {
    traced_manager manager{trace};
    std::optional<int> result = co_await async_with(manager, [&](int entered) -> task<int> {
      trace.push_back("body");
      co_await sleep_for(1s);
      co_return entered + 1;
    });
    EXPECT_EQ(result, 43);
    EXPECT_EQ(now(), time_point(3s));
  });
  EXPECT_EQ(trace, (strings{"enter", "body", "exit"}));
}

TEST(async_with, a_body_may_be_plain_and_need_not_take_what_was_entered) {
  strings trace;
  run_virtual([&]() -> task<> {
    traced_manager manager{trace};
    std::optional<std::string> result =
        co_await async_with(manager, [] { return std::string("plain"); });
    EXPECT_EQ(result, "plain");
    co_await async_with(manager, [&] { trace.push_back("nothing"); });
  });
  EXPECT_EQ(trace, (strings{"enter", "exit", "enter", "nothing", "exit"}));
}

TEST(async_with, takes_plain_managers) {
  strings trace;
  run_virtual([&]() -> task<> {
    plain_manager manager{trace};
    int result = co_await async_with(manager, [&]() -> task<int> {
      co_await yield_now();
      co_return 5;
    });
    EXPECT_EQ(result, 5);
  });
  EXPECT_EQ(trace, (strings{"enter", "exit"}));
}

TEST(async_with, a_plain_exit_runs_inside_a_handler_of_the_error) {
  strings trace;
  run_virtual([&]() -> task<> {
    plain_manager manager{trace};
    std::string error = co_await error_of(async_with(manager, [] { return fail_with("spam"); }));
    EXPECT_EQ(error, "spam");
  });
  EXPECT_EQ(trace, (strings{"enter", "exit in a handler: 0 same"}));
}

TEST(async_with, an_error_of_the_body_passes_unless_it_is_swallowed) {
  strings trace;
  run_virtual([&]() -> task<> {
    traced_manager letting{trace};
    std::string error = co_await error_of(async_with(letting, [] { return fail_with("spam"); }));
    EXPECT_EQ(error, "spam");
    traced_manager swallowing{trace, true};
    co_await async_with(swallowing, [] { return fail_with("ham"); });
    auto fails = []() -> task<int> {
      co_await fail_with("eggs");
      co_return 1;
    };
    std::optional<int> nothing = co_await async_with(swallowing, fails);
    EXPECT_EQ(nothing, std::nullopt);
  });
  EXPECT_EQ(trace, (strings{"enter", "exit with error", "enter", "exit with error", "enter",
                            "exit with error"}));
}

TEST(async_with, an_error_of_the_exit_takes_the_bodys_place) {
  struct failing {
    void enter() {}
    task<> exit(std::exception_ptr) { return fail_with("exit"); }
  };
  run_virtual([&]() -> task<> {
    std::string error = co_await error_of(async_with(failing(), [] { return fail_with("body"); }));
    EXPECT_EQ(error, "exit");
    error = co_await error_of(async_with(failing(), [] {}));
    EXPECT_EQ(error, "exit");
  });
}

TEST(async_with, if_entering_fails_neither_body_nor_exit_runs) {
  strings trace;
  struct failing {
    strings& trace;
    task<> enter() { return fail_with("enter"); }
    void exit(const std::exception_ptr&) { trace.push_back("exit"); }
  };
  run_virtual([&]() -> task<> {
    std::string error =
        co_await error_of(async_with(failing{trace}, [&] { trace.push_back("body"); }));
    EXPECT_EQ(error, "enter");
  });
  EXPECT_TRUE(trace.empty());
}

TEST(async_with, the_exit_runs_to_its_end_though_the_task_is_cancelled) {
  strings trace;
  run_virtual([&]() -> task<> {
    traced_manager manager{trace};
    auto body = [](int) -> task<> { co_await sleep_for(10s); };
    bool finished = co_await move_on_after(2s, async_with(manager, body));
    EXPECT_FALSE(finished);
    EXPECT_EQ(now(), time_point(3s));
  });
  EXPECT_EQ(trace, (strings{"enter", "exit with error"}));
}

TEST(async_with, the_exit_has_its_grace_and_no_more) {
  strings trace;
  run_virtual([&]() -> task<> {
    traced_manager manager{trace};
    auto body = [](int) -> task<> { co_await sleep_for(10s); };
    bool finished = co_await move_on_after(2s, async_with(manager, body, 500ms));
    EXPECT_FALSE(finished);
    EXPECT_EQ(now(), time_point(2500ms));
  });
  EXPECT_EQ(trace, (strings{"enter"}));
}

TEST(async_with, keeps_a_manager_that_it_was_given) {
  auto alive = std::make_shared<int>(1);
  struct keeping {
    explicit keeping(std::shared_ptr<int> given) : kept(std::move(given)) {}
    std::shared_ptr<int> kept;
    int& enter() { return *kept; }
    void exit(const std::exception_ptr&) {}
  };
  run_virtual([&]() -> task<> {
    auto body = [&](int& entered) -> task<int&> {
      co_await yield_now();
      EXPECT_EQ(alive.use_count(), 2);
      co_return entered;
    };
    int& result = co_await async_with(keeping(alive), body);
    EXPECT_EQ(&result, alive.get());
    EXPECT_EQ(alive.use_count(), 1);
  });
}

TEST(async_with, gives_references_and_what_can_only_be_moved) {
  strings trace;
  run_virtual([&]() -> task<> {
    int target = 0;
    traced_manager manager{trace};
    int* found = co_await async_with(manager, [&]() -> int& { return target; });
    EXPECT_EQ(found, &target);
    auto made = co_await async_with(
        manager, []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); });
    EXPECT_EQ(**made, 3);
  });
}

TEST(async_with, nests) {
  strings trace;
  run_virtual([&]() -> task<> {
    traced_manager outer{trace};
    auto body = [&]() -> task<> {
      plain_manager inner{trace};
      co_await async_with(inner, [&] { trace.push_back("body"); });
    };
    co_await async_with(outer, body);
  });
  EXPECT_EQ(trace, (strings{"enter", "enter", "body", "exit", "exit"}));
}

TEST(async_with, knows_managers_when_it_sees_them) {
  struct lacks_exit {
    task<> enter();
  };
  struct lacks_enter {
    task<> exit(std::exception_ptr);
  };
  struct odd_exit {
    void enter();
    task<std::string> exit(std::exception_ptr);
  };
  static_assert(async_manager<traced_manager>);
  static_assert(async_manager<plain_manager>);
  static_assert(swallowing_async_manager<traced_manager>);
  static_assert(!swallowing_async_manager<plain_manager>);
  static_assert(!async_manager<lacks_exit>);
  static_assert(!async_manager<lacks_enter>);
  static_assert(!async_manager<odd_exit>);
}

TEST(async_with, takes_a_nullcontext) {
  run_virtual([]() -> task<> {
    int value = 3;
    co_await async_with(nullcontext(value), [&](int& entered) -> task<> {
      EXPECT_EQ(&entered, &value);
      co_await yield_now();
    });
  });
}

struct closable {
  strings& trace;
  task<> close() {
    co_await sleep_for(1s);
    trace.push_back("closed");
  }
};

TEST(async_closing, closes_at_the_end_and_on_errors) {
  strings trace;
  run_virtual([&]() -> task<> {
    closable object{trace};
    co_await async_with(async_closing(object), [&](closable& same) -> task<> {
      EXPECT_EQ(&same, &object);
      EXPECT_TRUE(trace.empty());
      co_return;
    });
    EXPECT_EQ(trace, (strings{"closed"}));
    std::string error = co_await error_of(
        async_with(async_closing(closable{trace}), [] { return fail_with("spam"); }));
    EXPECT_EQ(error, "spam");
    EXPECT_EQ(trace, (strings{"closed", "closed"}));
  });
}

}  // namespace
