// The forms of generators that the documentation shows, right on every compiler: each is run to its
// end and destroyed at each of its yields, with objects that know how often they live.
// docs/compilers.md says which forms are not.
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/generator.hpp"

namespace {

using pirn::from;
using pirn::generator;

// Knows which of its kind live, and where.
struct held {
  explicit held(int number) : value(number) { born(); }
  held(const held& other) : value(other.value) { born(); }
  held(held&& other) noexcept : value(std::exchange(other.value, -1)) { born(); }
  held& operator=(held other) noexcept {
    value = other.value;
    return *this;
  }
  ~held() { EXPECT_EQ(living.erase(this), 1u) << "destroyed, but does not live"; }

  void born() { EXPECT_TRUE(living.insert(this).second) << "made over another"; }

  static inline std::set<const held*> living;
  int value;
};

int number_of(int value) {
  return value;
}
int number_of(const held& object) {
  return object.value;
}

// The sum of what `make()` yields, sending held(step) where it takes values; then destroys one at
// each of its yields.
template <class Make>
int sum_of(Make make, int steps = 20) {
  constexpr bool takes_values = requires { make().send(held(1)); };
  auto run = [&](int count) {
    auto generator = make();
    int sum = 0;
    auto step = generator.next();
    for (int taken = 1; step && taken <= count; ++taken) {
      sum += number_of(*step);
      if constexpr (takes_values) {
        step = generator.send(held(taken));
      } else {
        step = generator.next();
      }
    }
    return sum;
  };
  for (int count = 0; count < steps; ++count) {
    run(count);
    EXPECT_TRUE(held::living.empty()) << "left over after " << count << " steps";
    held::living.clear();
  }
  return run(steps);
}

TEST(compiler_forms, yields_a_temporary) {
  auto make = []() -> generator<held> {
    co_yield held(1);
    co_yield held(2);
  };
  EXPECT_EQ(sum_of(make), 3);
}

TEST(compiler_forms, yields_a_local_by_copy_and_by_move) {
  auto make = []() -> generator<held> {
    held kept(1);
    const held constant(2);
    co_yield kept;
    co_yield constant;
    co_yield std::move(kept);
  };
  EXPECT_EQ(sum_of(make), 4);
}

struct row {
  held first;
  std::string name;
};

int number_of(const row& each) {
  return each.first.value;
}

TEST(compiler_forms, yields_a_local_aggregate) {
  auto make = []() -> generator<row> {
    row kept{held(1), "a name that is long enough to own memory"};
    co_yield kept;
    const row constant{held(2), ""};
    co_yield constant;
  };
  EXPECT_EQ(sum_of(make), 3);
}

TEST(compiler_forms, yields_a_reference_to_a_local_aggregate) {
  auto make = []() -> generator<const row&> {
    row kept{held(1), ""};
    co_yield kept;
    kept.first.value = 4;
    co_yield kept;
  };
  EXPECT_EQ(sum_of(make), 5);
}

struct made {
  made(int number) : inside(number) {}  // NOLINT: implicit, so that it can be yielded in braces
  held inside;
};

int number_of(const made& each) {
  return each.inside.value;
}

TEST(compiler_forms, yields_in_braces_what_has_a_constructor) {
  auto make = []() -> generator<made> {
    co_yield made(1);
    co_yield {2};
    co_yield 3;
  };
  EXPECT_EQ(sum_of(make), 6);
}

generator<held, void, held> sub(held argument) {
  co_yield argument;
  co_return std::move(argument);
}

TEST(compiler_forms, delegates_to_a_temporary_and_takes_its_result) {
  auto make = []() -> generator<held> {
    held result = co_yield from(sub(held(1)));
    co_yield result;
    auto moved = co_yield from(sub(std::move(result)));
    co_yield std::move(moved);
    co_yield from(sub(held(3)));
  };
  EXPECT_EQ(sum_of(make), 7);
}

TEST(compiler_forms, delegates_to_a_local) {
  auto make = []() -> generator<held> {
    auto borrowed = sub(held(1));
    held result = co_yield from(borrowed);
    co_yield result;
    auto owned = sub(held(2));
    co_yield from(std::move(owned));
  };
  EXPECT_EQ(sum_of(make), 4);
}

TEST(compiler_forms, delegates_to_a_range) {
  auto make = []() -> generator<held> {
    std::vector<held> objects;
    objects.emplace_back(1);
    objects.emplace_back(2);
    co_yield from(objects);
    co_yield from(std::move(objects));
  };
  EXPECT_EQ(sum_of(make), 6);
}

TEST(compiler_forms, loops_over_another) {
  auto make = []() -> generator<held> {
    for (held each : sub(held(1))) co_yield each;
    for (auto&& each : sub(held(2))) co_yield std::move(each);
  };
  EXPECT_EQ(sum_of(make), 3);
}

TEST(compiler_forms, takes_what_is_sent_into_a_local_a_member_and_an_assignment) {
  auto make = []() -> generator<int, held> {
    int sum = 0;
    for (;;) {
      held object = co_yield sum;
      sum += object.value;
      sum += (co_yield sum).value;
      object = co_yield sum;
      sum += object.value;
    }
  };
  EXPECT_EQ(sum_of(make, 4), 0 + 1 + 3 + 6);
}

TEST(compiler_forms, takes_what_is_sent_in_a_condition_with_a_name) {
  auto make = []() -> generator<int, std::optional<held>> {
    for (int sum = 0;;) {
      if (auto object = co_yield sum) sum += object->value;
    }
  };
  EXPECT_EQ(sum_of(make, 4), 0 + 1 + 3 + 6);
}

TEST(compiler_forms, takes_what_is_sent_twice_in_one_call) {
  auto first_less_second = [](held first, held second) { return first.value - second.value; };
  auto make = [&]() -> generator<int, held> {
    for (;;) {
      const int difference = first_less_second(co_yield 0, co_yield 0);
      EXPECT_EQ(difference * difference, 1);
    }
  };
  EXPECT_EQ(sum_of(make), 0);
}

TEST(compiler_forms, takes_what_is_sent_in_a_try) {
  auto make = []() -> generator<int, held> {
    for (int sum = 0;;) {
      try {
        held object = co_yield sum;
        sum += object.value;
        if (sum > 100) throw held(sum);
      } catch (const held& thrown) {
        sum = thrown.value;
      }
    }
  };
  EXPECT_EQ(sum_of(make, 4), 0 + 1 + 3 + 6);
}

TEST(compiler_forms, a_named_closure_keeps_its_captures) {
  auto closure = [object = held(1)](int number) -> generator<int> {
    co_yield object.value + number;
  };
  auto make = [&]() -> generator<int> {
    co_yield from(closure(1));
    co_yield from(closure(2));
  };
  int sum = 0;
  for (int number : make()) sum += number;
  EXPECT_EQ(sum, 5);
}

TEST(compiler_forms, a_closure_without_captures_may_be_called_in_the_expression) {
  auto make = []() -> generator<int> {
    co_yield from([](held object) -> generator<int> { co_yield object.value; }(held(3)));
  };
  EXPECT_EQ(sum_of(make), 3);
}

}  // namespace
