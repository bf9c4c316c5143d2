// async_generator: yielding, waiting, errors in both directions.
#include "pirn/core/async_generator.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using strings = std::vector<std::string>;

async_generator<int> count(int end) {
  for (int i = 0; i < end; ++i) {
    co_await sleep_for(1s);
    co_yield i;
  }
}

template <class T>
task<std::vector<T>> all_of(async_generator<T> from) {
  std::vector<T> values;
  while (true) {
    std::optional<T> next = co_await from.next();
    if (!next) break;
    values.push_back(std::move(*next));
  }
  co_return values;
}

TEST(async_generator, yields_values_and_waits_in_between) {
  run_virtual([]() -> task<> {
    std::vector<int> values = co_await all_of(count(3));
    EXPECT_EQ(values, (std::vector{0, 1, 2}));
    EXPECT_EQ(now(), time_point(3s));
  });
}

TEST(async_generator, does_nothing_until_it_is_asked) {
  strings trace;
  auto traced = [&]() -> async_generator<int> {
    trace.push_back("started");
    co_yield 1;
    trace.push_back("resumed");
  };
  run_virtual([&]() -> task<> {
    async_generator<int> values = traced();
    EXPECT_TRUE(trace.empty());
    static_cast<void>(co_await values.next());
    EXPECT_EQ(trace, (strings{"started"}));
    std::optional<int> end = co_await values.next();
    EXPECT_FALSE(end);
    EXPECT_EQ(trace, (strings{"started", "resumed"}));
  });
}

TEST(async_generator, gives_nothing_ever_after_its_end) {
  run_virtual([]() -> task<> {
    async_generator<int> values = count(0);
    for (int i = 0; i < 3; ++i) {
      std::optional<int> next = co_await values.next();
      EXPECT_FALSE(next);
    }
  });
}

TEST(async_generator, an_error_comes_out_once_and_ends_it) {
  auto failing = []() -> async_generator<int> {
    co_yield 1;
    throw std::runtime_error("spam");
  };
  run_virtual([&]() -> task<> {
    async_generator<int> values = failing();
    static_cast<void>(co_await values.next());
    std::string message;
    try {
      static_cast<void>(co_await values.next());
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "spam");
    std::optional<int> after = co_await values.next();
    EXPECT_FALSE(after);
  });
}

TEST(async_generator, copies_an_lvalue_and_moves_an_rvalue) {
  auto texts = []() -> async_generator<std::string> {
    std::string kept = "a text that is too long for the small buffer of a string";
    co_yield kept;
    co_yield kept;
    co_yield std::move(kept);
    EXPECT_TRUE(kept.empty());  // NOLINT(bugprone-use-after-move)
  };
  run_virtual([&]() -> task<> {
    std::vector<std::string> values = co_await all_of(texts());
    EXPECT_EQ(values.size(), 3u);
    EXPECT_EQ(values[0], values[1]);
    EXPECT_EQ(values[1], values[2]);
  });
}

TEST(async_generator, yields_what_can_only_be_moved_and_what_converts) {
  auto pointers = []() -> async_generator<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(1);
    co_yield nullptr;
  };
  run_virtual([&]() -> task<> {
    std::vector<std::unique_ptr<int>> values = co_await all_of(pointers());
    EXPECT_EQ(*values[0], 1);
    EXPECT_EQ(values[1], nullptr);
  });
}

TEST(async_generator, destroying_one_that_stands_still_runs_its_destructors) {
  auto shared = std::make_shared<int>(1);
  auto keeping = [](std::shared_ptr<int> kept) -> async_generator<int> {
    std::shared_ptr<int> local = kept;
    co_yield 1;
  };
  run_virtual([&]() -> task<> {
    {
      async_generator<int> values = keeping(shared);
      static_cast<void>(co_await values.next());
      EXPECT_EQ(shared.use_count(), 3);
    }
    EXPECT_EQ(shared.use_count(), 1);
  });
}

TEST(async_generator, cancelling_the_consumer_reaches_its_present_wait) {
  run_virtual([]() -> task<> {
    strings trace;
    auto traced = [&]() -> async_generator<int> {
      co_yield 1;
      try {
        co_await sleep_for(10s);
      } catch (const cancelled&) {
        trace.push_back("cancelled");
        throw;
      }
      co_yield 2;
    };
    async_generator<int> values = traced();
    static_cast<void>(co_await values.next());
    auto cut_short = co_await move_on_after(1s, values.next());
    EXPECT_FALSE(cut_short);
    EXPECT_EQ(trace, (strings{"cancelled"}));
    std::optional<int> after = co_await values.next();
    EXPECT_FALSE(after);
  });
}

TEST(async_generator, consumers_may_take_turns) {
  run_virtual([]() -> task<> {
    async_generator<int> values = count(4);
    std::vector<int> got;
    auto take_one = [&]() -> task<> {
      std::optional<int> next = co_await values.next();
      if (next) got.push_back(*next);
    };
    for (int i = 0; i < 2; ++i) {
      co_await with_group([&](task_group& group) { group.spawn(take_one); });
      co_await take_one();
    }
    EXPECT_EQ(got, (std::vector{0, 1, 2, 3}));
  });
}

TEST(async_generator, generators_consume_one_another) {
  struct pipeline {
    static async_generator<int> doubled(async_generator<int> from) {
      while (true) {
        std::optional<int> next = co_await from.next();
        if (!next) co_return;
        co_yield 2 * *next;
      }
    }
  };
  run_virtual([]() -> task<> {
    auto values = co_await all_of(pipeline::doubled(pipeline::doubled(count(3))));
    EXPECT_EQ(values, (std::vector{0, 4, 8}));
  });
}

TEST(async_generator, an_error_can_be_raised_at_its_co_yield) {
  strings trace;
  auto resilient = [&]() -> async_generator<int> {
    for (int i = 0;; ++i) {
      try {
        co_yield i;
      } catch (const std::runtime_error& error) {
        trace.push_back(error.what());
      }
    }
  };
  run_virtual([&]() -> task<> {
    async_generator<int> values = resilient();
    static_cast<void>(co_await values.next());
    auto error = std::make_exception_ptr(std::runtime_error("ham"));
    std::optional<int> next = co_await values.throw_in(error);
    EXPECT_EQ(next, 1);
    EXPECT_EQ(trace, (strings{"ham"}));
    next = co_await values.next();
    EXPECT_EQ(next, 2);
  });
}

// What `step` throws, as text.
template <class Step>
task<std::string> error_of(Step step) {
  try {
    static_cast<void>(co_await step);
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "";
}

TEST(async_generator, an_error_that_it_does_not_catch_comes_back_and_ends_it) {
  run_virtual([]() -> task<> {
    async_generator<int> values = count(3);
    static_cast<void>(co_await values.next());
    auto error = std::make_exception_ptr(std::runtime_error("ham"));
    std::string message = co_await error_of(values.throw_in(error));
    EXPECT_EQ(message, "ham");
    std::optional<int> after = co_await values.next();
    EXPECT_FALSE(after);
  });
}

TEST(async_generator, an_error_raised_before_its_start_ends_it) {
  bool started = false;
  auto watched = [&]() -> async_generator<int> {
    started = true;
    co_yield 1;
  };
  run_virtual([&]() -> task<> {
    async_generator<int> values = watched();
    auto error = std::make_exception_ptr(std::runtime_error("ham"));
    std::string message = co_await error_of(values.throw_in(error));
    EXPECT_EQ(message, "ham");
    EXPECT_FALSE(started);
    std::optional<int> after = co_await values.next();
    EXPECT_FALSE(after);
    message = co_await error_of(values.throw_in(error));
    EXPECT_EQ(message, "ham");
  });
}

TEST(async_generator, a_million_steps_do_not_grow_the_stack) {
  auto endless = []() -> async_generator<int> {
    for (int i = 0;; ++i) co_yield i;
  };
  run_virtual([&]() -> task<> {
    async_generator<int> values = endless();
    long sum = 0;
    for (int i = 0; i < 1'000'000; ++i) {
      std::optional<int> next = co_await values.next();
      sum += *next;
    }
    EXPECT_EQ(sum, 499'999'500'000);
  });
}

TEST(async_generator_death, it_has_one_consumer_at_a_time) {
  auto misuse = []() -> task<> {
    async_generator<int> values = count(3);
    auto take = [&]() -> task<> { static_cast<void>(co_await values.next()); };
    co_await with_group([&](task_group& group) {
      group.spawn(take);
      group.spawn(take);
    });
  };
  EXPECT_DEATH(run_virtual(misuse), "one consumer at a time");
}

}  // namespace
