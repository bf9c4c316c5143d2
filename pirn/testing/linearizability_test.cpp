// linearizability: verdicts on known histories, on random ones beside a brute force, and the words.
#include "pirn/testing/linearizability.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::check_linearizability;
using pirn::testing::linearizability;
using pirn::testing::map_operation;
using kind = map_operation::kind;
using verdict = linearizability::verdict;
using history = std::vector<map_operation>;
using text = std::optional<std::string>;

/// When an operation began and ended, in seconds; without an end nobody knows.
struct span_of {
  int from;
  int to = -1;
};

map_operation at(std::uint64_t client, span_of when, kind what) {
  map_operation made{.client = client, .what = what, .key = "x"};
  made.invoked = time_point(std::chrono::seconds(when.from));
  if (when.to >= 0) made.returned = time_point(std::chrono::seconds(when.to));
  return made;
}
map_operation write(std::uint64_t client, span_of when, std::string value) {
  map_operation made = at(client, when, kind::write);
  made.value = std::move(value);
  return made;
}
map_operation read(std::uint64_t client, span_of when, text seen) {
  map_operation made = at(client, when, kind::read);
  made.seen = std::move(seen);
  return made;
}
map_operation cas(std::uint64_t client, span_of when, text expected, std::string value,
                  bool swapped) {
  map_operation made = write(client, when, std::move(value));
  made.what = kind::compare_and_swap;
  made.expected = std::move(expected);
  made.swapped = swapped;
  return made;
}

verdict found_in(const history& all) {
  return check_linearizability(all).found;
}

TEST(linearizability, an_empty_history_is) {
  EXPECT_EQ(found_in({}), verdict::linearizable);
}

TEST(linearizability, a_read_sees_the_last_write) {
  EXPECT_EQ(found_in({write(1, {0, 1}, "a"), read(2, {2, 3}, "a")}), verdict::linearizable);
  EXPECT_EQ(found_in({write(1, {0, 1}, "a"), read(2, {2, 3}, {})}), verdict::not_linearizable);
  EXPECT_EQ(found_in({write(1, {0, 1}, "a"), write(1, {2, 3}, "b"), read(2, {4, 5}, "a")}),
            verdict::not_linearizable);
}

TEST(linearizability, concurrent_operations_come_in_either_order) {
  const map_operation slow = write(1, {0, 10}, "a");
  EXPECT_EQ(found_in({slow, read(2, {1, 2}, {})}), verdict::linearizable);
  EXPECT_EQ(found_in({slow, read(2, {1, 2}, "a")}), verdict::linearizable);
  EXPECT_EQ(found_in({slow, read(2, {1, 2}, {}), read(3, {3, 4}, "a")}), verdict::linearizable);
  EXPECT_EQ(found_in({slow, read(2, {1, 2}, "a"), read(3, {3, 4}, {})}), verdict::not_linearizable);
}

TEST(linearizability, an_end_and_a_beginning_at_one_moment_are_concurrent) {
  EXPECT_EQ(found_in({write(1, {0, 1}, "a"), read(2, {1, 2}, {})}), verdict::linearizable);
}

TEST(linearizability, what_never_returned_happens_late_or_never) {
  const map_operation lost = write(1, {0}, "a");
  EXPECT_EQ(found_in({lost, read(2, {5, 6}, {})}), verdict::linearizable);
  EXPECT_EQ(found_in({lost, read(2, {5, 6}, {}), read(2, {7, 8}, "a")}), verdict::linearizable);
  EXPECT_EQ(found_in({lost, read(2, {5, 6}, "a"), read(2, {7, 8}, {})}), verdict::not_linearizable);
  EXPECT_EQ(found_in({read(2, {1, 2}, "a"), write(1, {3}, "a")}), verdict::not_linearizable)
      << "nothing happens before it is invoked";
  EXPECT_EQ(found_in({cas(1, {0}, "a", "b", false), read(2, {1, 2}, "b")}),
            verdict::not_linearizable)
      << "nobody wrote a";
  EXPECT_EQ(found_in({write(2, {0, 1}, "a"), cas(1, {0}, "a", "b", false), read(2, {3, 4}, "b")}),
            verdict::linearizable);
}

TEST(linearizability, a_swap_is_told_the_truth) {
  EXPECT_EQ(found_in({cas(1, {0, 1}, {}, "a", true), cas(2, {0, 1}, {}, "b", true)}),
            verdict::not_linearizable)
      << "only one comes first";
  EXPECT_EQ(found_in({cas(1, {0, 1}, {}, "a", true), cas(2, {0, 1}, {}, "b", false)}),
            verdict::linearizable);
  EXPECT_EQ(found_in({cas(1, {0, 1}, {}, "a", false)}), verdict::not_linearizable);
  EXPECT_EQ(found_in({write(1, {0}, "b"), cas(2, {3, 4}, {}, "a", false)}), verdict::linearizable)
      << "a write that nobody saw may be why";
}

TEST(linearizability, keys_do_not_bear_on_one_another) {
  history both{write(1, {0, 1}, "a"), read(1, {2, 3}, {})};
  both[1].key = "y";
  EXPECT_EQ(found_in(both), verdict::linearizable);
}

TEST(linearizability, tells_of_few_operations_of_the_key_with_the_shortest_history) {
  history all;
  for (int i = 0; i < 50; ++i) {
    all.push_back(write(1, {10 * i, 10 * i + 1}, std::to_string(i)));
    all.push_back(read(2, {10 * i + 2, 10 * i + 3}, std::to_string(i)));
  }
  all.push_back(read(3, {500, 501}, "20"));
  all.push_back(write(1, {502, 503}, "later"));
  history shorter(all.end() - 4, all.end());
  for (map_operation& each : shorter) each.key = "short";
  all.insert(all.end(), shorter.begin(), shorter.end());
  const linearizability result = check_linearizability(all);
  EXPECT_EQ(result.found, verdict::not_linearizable);
  EXPECT_EQ(result.text,
            "key \"short\": no order explains this, whatever it held before:\n"
            "  492.000000 s to 493.000000 s: client 2 read \"49\"\n"
            "  500.000000 s to 501.000000 s: client 3 read \"20\"\n");
}

TEST(linearizability, tells_of_what_may_have_happened) {
  const linearizability result = check_linearizability(
      history{write(1, {0}, "a"), read(2, {5, 6}, "a"), cas(3, {7, 8}, "b", "c", true)});
  EXPECT_EQ(result.text,
            "key \"x\": no order explains this, whatever it held before:\n"
            "  0.000000 s on: client 1 may have written \"a\"\n"
            "  5.000000 s to 6.000000 s: client 2 read \"a\"\n"
            "  7.000000 s to 8.000000 s: client 3 swapped \"b\" for \"c\"\n");
}

TEST(linearizability, gives_up_aloud) {
  history hard;
  for (int i = 0; i < 40; ++i) {
    hard.push_back(write(static_cast<std::uint64_t>(i), {0, 100}, std::to_string(i)));
  }
  hard.push_back(read(99, {200, 201}, "nothing like it"));
  const linearizability result = check_linearizability(hard, {.tries_max = 1000});
  EXPECT_EQ(result.found, verdict::undecided);
  EXPECT_EQ(result.text, "key \"x\": 41 operations are too many to tell\n");
}

TEST(linearizability, a_long_history_of_few_clients_takes_no_time) {
  history all;
  for (int i = 0; i < 2'000; ++i) {
    all.push_back(write(1, {10 * i, 10 * i + 9}, std::to_string(i)));
    all.push_back(read(2, {10 * i + 5, 10 * i + 11}, std::to_string(i)));
    if (i % 100 == 0) all.push_back(write(3, {10 * i}, "lost" + std::to_string(i)));
  }
  EXPECT_EQ(found_in(all), verdict::linearizable);
}

TEST(linearizability, of_a_long_history_that_is_not_the_few_operations_are_found_in_no_time) {
  history all;
  for (int i = 0; i < 10'000; ++i) {
    all.push_back(write(1, {10 * i, 10 * i + 9}, std::to_string(i)));
    all.push_back(read(2, {10 * i + 5, 10 * i + 11}, std::to_string(i == 7'000 ? 5'000 : i)));
  }
  const linearizability result = check_linearizability(all);
  EXPECT_EQ(result.found, verdict::not_linearizable);
  EXPECT_EQ(result.text,
            "key \"x\": no order explains this, whatever it held before:\n"
            "  69990.000000 s on: client 1 may have written \"6999\"\n"
            "  69995.000000 s to 70001.000000 s: client 2 read \"6999\"\n"
            "  70000.000000 s to 70009.000000 s: client 1 wrote \"7000\"\n"
            "  70005.000000 s to 70011.000000 s: client 2 read \"5000\"\n"
            "  70010.000000 s on: client 1 may have written \"7001\"\n");
}

TEST(linearizability, what_was_before_matters_where_it_was_seen) {
  // The value at first would have to be "a" and "b".
  const linearizability result = check_linearizability(
      history{write(1, {0, 1}, "a"), read(2, {2, 3}, "a"), cas(3, {4}, "a", "c", false),
              read(2, {5, 6}, "b"), write(1, {7, 8}, "d")});
  EXPECT_EQ(result.text,
            "key \"x\": no order explains this, whatever it held before:\n"
            "  2.000000 s to 3.000000 s: client 2 read \"a\"\n"
            "  4.000000 s on: client 3 may have swapped \"a\" for \"c\"\n"
            "  5.000000 s to 6.000000 s: client 2 read \"b\"\n");
}

TEST(linearizability, texts_are_told_in_a_line_whatever_is_in_them) {
  const linearizability result =
      check_linearizability(history{read(1, {0, 1}, "a \"b\"\n\x1B[2J")});
  EXPECT_EQ(result.text,
            "key \"x\": no order explains this:\n"
            "  0.000000 s to 1.000000 s: client 1 read \"a \\\"b\\\"\\n\\x1b[2J\"\n");
}

// ---- beside a brute force ----

bool explains(const map_operation& done, text& value) {
  switch (done.what) {
    case kind::read:
      return done.returned == never || done.seen == value;
    case kind::write:
      value = done.value;
      return true;
    case kind::compare_and_swap:
      if (done.returned == never || done.swapped) {
        if (value == done.expected) {
          value = done.value;
          return true;
        }
        return done.returned == never;
      }
      return value != done.expected;
  }
  return false;
}

// Tries every order of what is left after `value`; what is unknown may stay to the end.
bool some_order(history left, const text& value) {
  if (std::ranges::all_of(left, [](const auto& each) { return each.returned == never; })) {
    return true;
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    const bool is_first = std::ranges::all_of(
        left, [&](const map_operation& other) { return left[i].invoked <= other.returned; });
    text after = value;
    if (!is_first || !explains(left[i], after)) continue;
    history rest = left;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (some_order(rest, after)) return true;
  }
  return false;
}

map_operation drawn(random_source& lots) {
  const auto value = [&]() -> std::string { return std::string(1, "abc"[lots.below(3)]); };
  const auto maybe = [&]() -> text { return lots.below(4) == 0 ? text() : value(); };
  span_of when{.from = static_cast<int>(lots.below(8))};
  if (lots.below(5) != 0) when.to = when.from + static_cast<int>(lots.below(5));
  const std::uint64_t client = lots.below(3) + 1;
  switch (lots.below(3)) {
    case 0:
      return read(client, when, maybe());
    case 1:
      return write(client, when, value());
    default:
      return cas(client, when, maybe(), value(), lots.below(2) == 0);
  }
}

TEST(linearizability, agrees_with_a_search_through_all_orders) {
  int good = 0;
  int bad = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    random_source lots(seed);
    history all;
    for (std::uint64_t i = lots.below(7); i-- > 0;) all.push_back(drawn(lots));
    const bool expected = some_order(all, {});
    ASSERT_EQ(found_in(all) == verdict::linearizable, expected) << "seed " << seed;
    ++(expected ? good : bad);
  }
  EXPECT_GT(good, 500);
  EXPECT_GT(bad, 500);
}

TEST(linearizability, a_random_history_of_a_right_map_is_linearizable_and_a_wrong_answer_is_found) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    random_source lots(seed);
    history all;
    text value;
    for (int i = 0; i < 40; ++i) {
      map_operation next = drawn(lots);
      next.invoked = time_point(std::chrono::seconds(i) - std::chrono::seconds(lots.below(3)));
      next.returned = time_point(std::chrono::seconds(i) + std::chrono::seconds(lots.below(3)));
      next.seen = value;
      next.swapped = value == next.expected;
      if (next.what == kind::write || (next.what == kind::compare_and_swap && next.swapped)) {
        value = next.value;
      }
      if (lots.below(20) == 0) next.returned = never;
      all.push_back(next);
    }
    EXPECT_EQ(found_in(all), verdict::linearizable) << "seed " << seed;
    all.push_back(read(9, {100, 101}, "never written"));
    EXPECT_EQ(found_in(all), verdict::not_linearizable) << "seed " << seed;
  }
}

}  // namespace
