// spawn_call: what a spawned call keeps, and what it is given.
#include "pirn/core/spawn_call.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace pirn;
using pirn::detail::called_straight;
using pirn::detail::spawn_call;
using pirn::testing::run_virtual;

using by_value = task<> (*)(int, std::string);
using by_reference = task<> (*)(const std::string&);
using by_view = task<> (*)(std::string_view);
using after = task<> (*)(duration);
using quiet = task<> (*)(long) noexcept;

TEST(spawn_call, a_plain_function_with_the_very_values_has_one_frame) {
  static_assert(called_straight<by_value, int, std::string>());
  static_assert(called_straight<by_value, int&, const std::string&>());
  static_assert(called_straight<quiet, int>());  // converted, nothing is kept of what was given
  static_assert(called_straight<by_value, int, const char*>());
  static_assert(called_straight<after, std::chrono::seconds>());
  auto captureless = [](int) -> task<> { co_return; };
  static_assert(called_straight<decltype(captureless), int>());
}

TEST(spawn_call, what_refers_to_an_argument_has_a_frame_around_it) {
  static_assert(!called_straight<by_reference, std::string>());
  static_assert(!called_straight<by_view, std::string>());
  int captured = 0;
  auto closure = [&captured]() -> task<> {
    ++captured;
    co_return;
  };
  static_assert(!called_straight<decltype(closure)>());
  auto generic = [](auto) -> task<> { co_return; };
  static_assert(!called_straight<decltype(generic), int>());
}

TEST(spawn_call, references_refer_to_copies_that_live_as_long_as_the_call) {
  std::string seen;
  auto note = [&](const std::string& text, std::string_view view) -> task<> {
    co_await yield_now();
    seen = text + " " + std::string(view);
  };
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) {
      std::string gone = "a text that is too long to be kept inside the string object";
      group.spawn(note, gone, std::string("and another that is just as long as the first one"));
      gone = "overwritten";
    });
  });
  EXPECT_EQ(seen,
            "a text that is too long to be kept inside the string object and another that is just "
            "as long as the first one");
}

TEST(spawn_call, a_closure_lives_as_long_as_the_call) {
  run_virtual([]() -> task<> {
    auto shared = std::make_shared<int>(5);
    std::weak_ptr<int> watched = shared;
    int seen = 0;
    co_await with_group([&](task_group& group) {
      auto closure = [kept = std::move(shared), &seen]() -> task<> {
        co_await yield_now();
        seen = *kept;
      };
      group.spawn(std::move(closure));
    });
    EXPECT_EQ(seen, 5);
    EXPECT_TRUE(watched.expired());
  });
}

TEST(spawn_call, moves_what_can_only_be_moved) {
  auto take = [](std::unique_ptr<int> given) -> task<int> { co_return *given; };
  int got = run_virtual([&] { return spawn_call(take, std::make_unique<int>(9)); });
  EXPECT_EQ(got, 9);
}

TEST(spawn_call, gives_references_when_told_to) {
  int target = 0;
  auto set = [](int& into) -> task<> {
    into = 4;
    co_return;
  };
  run_virtual([&] { return spawn_call(set, std::ref(target)); });
  EXPECT_EQ(target, 4);
}

TEST(spawn_call, runs_plain_functions_as_tasks) {
  EXPECT_EQ(run_virtual([] { return spawn_call([](int a, int b) { return a + b; }, 2, 3); }), 5);
}

TEST(spawn_call, calls_members_and_function_objects) {
  struct adder {
    int base;
    task<int> add(int number) const { co_return base + number; }
  };
  struct doubler {
    task<int> operator()(int number) { co_return 2 * number; }
  };
  EXPECT_EQ(run_virtual([] { return spawn_call(&adder::add, adder{10}, 5); }), 15);
  EXPECT_EQ(run_virtual([] { return spawn_call(doubler(), 21); }), 42);
}

}  // namespace
