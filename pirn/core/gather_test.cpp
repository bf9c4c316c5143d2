// gather: all of several tasks, or the first of them.
#include "pirn/core/gather.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/sync/event.hpp"
#include "pirn/sync/queue.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using strings = std::vector<std::string>;

task<int> number_after(duration delay, int number) {
  co_await sleep_for(delay);
  co_return number;
}
task<std::string> text_after(duration delay, std::string text) {
  co_await sleep_for(delay);
  co_return text;
}
task<> nap(duration length) {
  co_await sleep_for(length);
}
task<int> fail_after(duration delay, std::string text) {
  co_await sleep_for(delay);
  throw std::runtime_error(text);
}
// Says in `trace` how its sleep ended.
task<> traced_sleep(duration length, std::string name, strings& trace) {
  try {
    co_await sleep_for(length);
    trace.push_back(name + " slept");
  } catch (const cancelled&) {
    trace.push_back(name + " cancelled");
    throw;
  }
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

TEST(gather, gives_all_results_in_the_order_of_the_arguments) {
  run_virtual([]() -> task<> {
    auto all = co_await gather(number_after(3s, 1), text_after(1s, "two"), number_after(2s, 3));
    EXPECT_EQ(all, std::tuple(1, std::string("two"), 3));
    EXPECT_EQ(now(), time_point(3s));
  });
}

TEST(gather, a_void_result_is_a_monostate) {
  run_virtual([]() -> task<> {
    auto [nothing, number] = co_await gather(nap(1s), number_after(2s, 2));
    static_assert(std::is_same_v<decltype(nothing), std::monostate>);
    EXPECT_EQ(number, 2);
  });
}

TEST(gather, gives_references_and_what_can_only_be_moved) {
  run_virtual([]() -> task<> {
    int target = 1;
    auto find = [&]() -> task<int&> { co_return target; };
    auto make = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(2); };
    auto results = co_await gather(find(), make());
    EXPECT_EQ(&std::get<0>(results).get(), &target);
    EXPECT_EQ(*std::get<1>(results), 2);
  });
}

TEST(gather, takes_any_number_of_one_type) {
  run_virtual([]() -> task<> {
    std::vector<task<int>> work;
    for (int i = 0; i < 100; ++i) work.push_back(number_after(std::chrono::seconds(100 - i), i));
    std::vector<int> results = co_await gather(std::move(work));
    EXPECT_EQ(results.size(), 100u);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], i);
    EXPECT_EQ(now(), time_point(100s));
  });
}

TEST(gather, of_nothing_gives_nothing) {
  run_virtual([]() -> task<> {
    std::vector<int> results = co_await gather(std::vector<task<int>>());
    EXPECT_TRUE(results.empty());
  });
}

TEST(gather, throws_the_first_failure_itself_and_cancels_the_rest) {
  run_virtual([]() -> task<> {
    strings trace;
    std::string error = co_await error_of(
        gather(traced_sleep(1s, "a", trace), fail_after(2s, "spam"), traced_sleep(9s, "c", trace)));
    EXPECT_EQ(error, "spam");
    EXPECT_EQ(trace, (strings{"a slept", "c cancelled"}));
    EXPECT_EQ(now(), time_point(2s));
    co_await yield_now();
  });
}

TEST(gather, of_several_failures_throws_the_first) {
  run_virtual([]() -> task<> {
    std::string error = co_await error_of(
        gather(fail_after(2s, "second"), fail_after(1s, "first"), shield(fail_after(3s, "third"))));
    EXPECT_EQ(error, "first");
    EXPECT_EQ(now(), time_point(3s));  // the shielded one has been waited for
  });
}

TEST(gather, a_failure_can_be_kept_as_a_value) {
  auto as_text = [](task<int> work) -> task<std::string> {
    try {
      int number = co_await std::move(work);
      co_return std::to_string(number);
    } catch (const std::runtime_error& error) {
      co_return error.what();
    }
  };
  run_virtual([&]() -> task<> {
    auto results = co_await gather(as_text(number_after(1s, 3)), as_text(fail_after(2s, "spam")),
                                   as_text(fail_after(1s, "ham")));
    EXPECT_EQ(results, std::tuple(std::string("3"), std::string("spam"), std::string("ham")));
  });
}

TEST(gather, cancelling_the_awaiter_cancels_all) {
  run_virtual([]() -> task<> {
    strings trace;
    auto cut_short = co_await move_on_after(
        1s, gather(traced_sleep(5s, "a", trace), traced_sleep(6s, "b", trace)));
    EXPECT_FALSE(cut_short);
    EXPECT_EQ(trace, (strings{"a cancelled", "b cancelled"}));
  });
}

TEST(gather, a_cancel_that_comes_when_all_have_ended_changes_nothing) {
  run_virtual([]() -> task<> {
    cancel_scope scope;
    auto last = [&]() -> task<int> {
      co_await sleep_for(1s);
      scope.cancel();
      co_return 42;
    };
    auto results = co_await within(scope, gather(last()));
    EXPECT_TRUE(results);
    if (results) {
      EXPECT_EQ(std::get<0>(*results), 42);
    }
  });
}

TEST(gather, one_that_ends_by_a_cancelled_of_its_own_has_no_result) {
  run_virtual([]() -> task<> {
    auto odd = []() -> task<int> {
      co_await yield_now();
      throw cancelled{};
    };
    bool thrown = false;
    try {
      co_await gather(number_after(1s, 1), odd());
    } catch (const future_cancelled&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(gather, inside_a_shield_goes_on) {
  run_virtual([]() -> task<> {
    int sum = 0;
    co_await move_on_after(1s, [](int& into) -> task<> {
      auto [a, b] = co_await shield(gather(number_after(2s, 1), number_after(3s, 2)));
      into = a + b;
    }(sum));
    EXPECT_EQ(sum, 3);
    EXPECT_EQ(now(), time_point(3s));
  });
}

TEST(gather, of_shielded_tasks_waits_for_them_when_it_is_cancelled) {
  run_virtual([]() -> task<> {
    strings trace;
    auto cut_short = co_await move_on_after(
        1s, gather(shield(traced_sleep(2s, "a", trace)), shield(traced_sleep(3s, "b", trace))));
    EXPECT_TRUE(cut_short);  // both results came
    EXPECT_EQ(trace, (strings{"a slept", "b slept"}));
  });
}

TEST(race, gives_the_first_to_finish_and_cancels_the_rest) {
  run_virtual([]() -> task<> {
    strings trace;
    auto first =
        co_await race(traced_sleep(5s, "slow", trace), number_after(1s, 7), text_after(2s, "late"));
    EXPECT_EQ(first.index(), 1u);
    EXPECT_EQ(std::get<1>(first), 7);
    EXPECT_EQ(trace, (strings{"slow cancelled"}));
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(race, of_two_at_one_moment_takes_the_first_argument) {
  run_virtual([]() -> task<> {
    auto first = co_await race(number_after(1s, 1), number_after(1s, 2));
    EXPECT_EQ(first.index(), 0u);
  });
}

TEST(race, takes_waits_among_tasks) {
  run_virtual([]() -> task<> {
    event never_set;
    auto first = co_await race(number_after(2s, 7), sleep_for(1s), never_set.wait());
    EXPECT_EQ(first.index(), 1U);
    queue<std::string> words;
    auto say = [&]() -> task<> {
      co_await sleep_for(1s);
      co_await words.push("spam");
    };
    auto take = [&]() -> task<> {
      auto word = co_await race(words.pop(), sleep_for(2s));
      EXPECT_EQ(std::get<0>(word), "spam");
    };
    co_await gather(say(), take());
  });
}

TEST(race, a_wait_that_loses_is_withdrawn) {
  run_virtual([]() -> task<> {
    queue<int> numbers;
    auto first = co_await race(numbers.pop(), sleep_for(1s));
    EXPECT_EQ(first.index(), 1U);
    co_await numbers.push(7);
    EXPECT_EQ(numbers.size(), 1U);  // nobody waits any more
  });
}

TEST(gather, takes_waits_among_tasks) {
  run_virtual([]() -> task<> {
    queue<int> numbers;
    auto [popped, pushed, slept, seven] =
        co_await gather(numbers.pop(), numbers.push(3), sleep_for(1s), number_after(2s, 7));
    EXPECT_EQ(popped, 3);
    EXPECT_EQ(seven, 7);
    const time_point before = now();
    co_await gather(sleep_for(1s), sleep_for(2s));
    EXPECT_EQ(now() - before, 2s);
  });
}

TEST(race, waits_are_cancelled_at_each_await) {
  pirn::testing::cancel_each_await([]() -> task<> {
    queue<int> numbers;
    event never_set;
    auto first = co_await race(numbers.pop(), never_set.wait(), sleep_for(1s), number_after(2s, 7));
    EXPECT_EQ(first.index(), 2U);
  });
}

TEST(race, gives_references) {
  run_virtual([]() -> task<> {
    int target = 0;
    auto find = [&]() -> task<int&> { co_return target; };
    auto first = co_await race(find(), nap(1s));
    EXPECT_EQ(&std::get<0>(first).get(), &target);
  });
}

TEST(race, throws_the_first_failure) {
  run_virtual([]() -> task<> {
    std::string error = co_await error_of(race(fail_after(1s, "spam"), number_after(2s, 1)));
    EXPECT_EQ(error, "spam");
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(race, waits_for_the_losers_clean_up) {
  run_virtual([]() -> task<> {
    auto first = co_await race(number_after(1s, 1), finally(number_after(9s, 2), nap(3s)));
    EXPECT_EQ(first.index(), 0u);
    EXPECT_EQ(now(), time_point(4s));
  });
}

TEST(race, a_losers_failure_is_not_lost) {
  run_virtual([]() -> task<> {
    auto fail_when_cancelled = []() -> task<int> {
      bool was_cancelled = false;
      try {
        co_await sleep_for(9s);
      } catch (const cancelled&) {
        was_cancelled = true;
      }
      if (was_cancelled) throw std::runtime_error("clean-up");
      co_return 1;
    };
    std::string error = co_await error_of(race(number_after(1s, 1), fail_when_cancelled()));
    EXPECT_EQ(error, "clean-up");
  });
}

TEST(race, is_won_even_when_a_cancel_comes_during_the_losers_clean_up) {
  run_virtual([]() -> task<> {
    auto first = co_await move_on_after(
        2s, race(number_after(1s, 5), finally(number_after(9s, 2), nap(3s))));
    EXPECT_TRUE(first);
    if (first) {
      EXPECT_EQ(std::get<0>(*first), 5);
    }
    EXPECT_EQ(now(), time_point(4s));
  });
}

TEST(race, cancelling_the_awaiter_cancels_all) {
  run_virtual([]() -> task<> {
    strings trace;
    auto first = co_await move_on_after(
        1s, race(traced_sleep(5s, "a", trace), traced_sleep(6s, "b", trace)));
    EXPECT_FALSE(first);
    EXPECT_EQ(trace, (strings{"a cancelled", "b cancelled"}));
  });
}

TEST(race, without_a_winner_says_so) {
  run_virtual([]() -> task<> {
    auto odd = []() -> task<int> {
      co_await yield_now();
      throw cancelled{};
    };
    bool thrown = false;
    try {
      co_await race(odd(), odd());
    } catch (const future_cancelled&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  });
}

}  // namespace
