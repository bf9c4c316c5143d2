// dump: the task tree as text.
#include "pirn/core/dump.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/loop.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

// The lines of the present tree without the places in the source.
std::vector<std::string> tree() {
  std::istringstream text(loop::current().dump_tasks());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    const std::size_t place = line.find(" at dump_test.cpp:");
    if (place != std::string::npos) {
      const std::size_t end = line.find_first_not_of("0123456789", line.find(':', place) + 1);
      line.erase(place, end == std::string::npos ? end : end - place);
    }
    lines.push_back(line);
  }
  return lines;
}

task<> nap(duration length) {
  co_await sleep_for(length);
}

task<> family(task_group& group) {
  group.spawn(nap, 10s).set_name("first");
  auto second = group.spawn([]() -> task<> {
    co_await with_group([](task_group& inner) -> task<> {
      inner.spawn(nap, 10s).set_name("grandchild");
      inner.spawn(nap, 20s).set_name("its sibling");
      co_await nap(30s);
    });
  });
  second.set_name("second");
  group.spawn(nap, 10s).set_name("third");
  co_await sleep_for(1s);
  group.spawn(nap, 10s).set_name("fourth");
  second.cancel();
  const std::vector<std::string> expected{
      "#1 family: running",
      "  #2 first: waiting for sleep, 1.000 s",
      "  #3 second: ready (cancelled)",
      "    #5 grandchild: ready (cancelled)",
      "    #6 its sibling: ready (cancelled)",
      "  #4 third: waiting for sleep, 1.000 s",
      "  #7 fourth: ready",
  };
  EXPECT_EQ(tree(), expected);
  co_await sleep_for(500ms);
  EXPECT_EQ(tree().size(), 4u);
}

TEST(dump_tasks, shows_who_runs_who_is_ready_and_who_waits_for_what_since_when) {
  run_virtual([] { return with_group(family); });
}

TEST(dump_tasks, gives_the_line_of_each_tasks_present_await) {
  run_virtual([]() -> task<> {
    unsigned line = 0;
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([&line]() -> task<> {
        line = __LINE__ + 1;
        co_await sleep_for(1s);
      });
      co_await yield_now();
      EXPECT_NE(loop::current().dump_tasks().find("waiting for sleep, 0.000 s at dump_test.cpp:" +
                                                  std::to_string(line)),
                std::string::npos)
          << loop::current().dump_tasks();
    });
  });
}

TEST(dump_tasks, shows_a_scope_cancelled_inside_a_task) {
  run_virtual([]() -> task<> {
    auto stubborn = []() -> task<> { co_await shield(sleep_for(2s)); };
    auto limited = [&]() -> task<> { co_await move_on_after(1s, stubborn()); };
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn(limited).set_name("limited");
      co_await sleep_for(1500ms);
      EXPECT_EQ(tree()[1], "  #2 limited: waiting for sleep, 1.500 s");  // its shield is not
      group.cancel();
      EXPECT_EQ(tree()[1], "  #2 limited: waiting for sleep, 1.500 s");
    });
  });
}

TEST(dump_tasks, a_task_that_waits_for_another_shows_it) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto slow = group.spawn(nap, 10s);
      slow.set_name("slow");
      auto waiting = group.spawn([&]() -> task<> { co_await slow; });
      waiting.set_name("waiting");
      co_await yield_now();
      EXPECT_EQ(tree()[2], "  #3 waiting: waiting for end of task slow, 0.000 s, held by #2 slow");
      co_await slow;
    });
  });
}

TEST(dump_tasks, tasks_that_wait_for_one_another_are_a_cycle) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      child<> first, second;
      auto wait_for = [](child<>& other) -> task<> { co_await other; };
      first = group.spawn(wait_for, std::ref(second));
      second = group.spawn(wait_for, std::ref(first));
      first.set_name("a");
      second.set_name("b");
      co_await yield_now();
      EXPECT_EQ(tree().back(), "cycle: #2 a waits for #3 b waits for #2 a");
      group.cancel();
      co_await shield(sleep_for(1s));
    });
  });
}

TEST(dump_tasks, writes_to_a_stream) {
  std::ostringstream none;
  dump_tasks(none);  // no loop runs here
  EXPECT_EQ(none.str(), "");
  run_virtual([]() -> task<> {
    task_record& me = co_await this_task_record{};
    me.set_name("main");
    std::ostringstream stream;
    dump_tasks(stream);
    EXPECT_EQ(stream.str(), loop::current().dump_tasks());
    EXPECT_TRUE(stream.str().starts_with("#1 main: running at dump_test.cpp:"));
  });
}

TEST(dump_tasks, of_a_part_of_the_tree) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      group.spawn(nap, 1s).set_name("only child");
      EXPECT_TRUE(describe_tasks(group).starts_with("#2 only child: ready"));
      co_return;
    });
  });
}

TEST(dump_tasks, of_ten_thousand_tasks_is_quick) {
  run_virtual([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      for (int i = 0; i < 10'000; ++i) group.spawn(nap, 1s);
      co_await yield_now();
      EXPECT_EQ(tree().size(), 10'001u);
    });
  });
}

}  // namespace
