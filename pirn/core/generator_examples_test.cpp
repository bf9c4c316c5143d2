// generator: the examples of PEP 255 and of CPython's doctests, as small programs.
#include <algorithm>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/generator.hpp"

namespace {

using pirn::from;
using pirn::generator;

using numbers = std::vector<int>;

template <class Generator>
auto list(Generator&& steps) {
  std::vector<typename std::remove_cvref_t<Generator>::yield_type> values;
  for (auto&& value : steps) values.push_back(std::move(value));
  return values;
}

template <class Generator>
auto first(std::size_t count, Generator&& steps) {
  std::vector<typename std::remove_cvref_t<Generator>::yield_type> values;
  while (values.size() < count) values.push_back(*steps.next());
  return values;
}

generator<int> count_up_to(int end) {
  for (int number = 0; number < end; ++number) co_yield number;
}

// ---- tutorial ----

TEST(generator_examples, a_return_stops_it) {
  auto body = [](bool early) -> generator<int> {
    co_yield 1;
    if (early) co_return;
    co_yield 2;
  };
  EXPECT_EQ(list(body(false)), (numbers{1, 2}));
  auto steps = body(true);
  EXPECT_EQ(steps.next(), 1);
  EXPECT_EQ(steps.next(), std::nullopt);
  EXPECT_EQ(steps.next(), std::nullopt);
}

TEST(generator_examples, a_return_is_not_caught_in_the_body) {
  auto body = []() -> generator<int> {
    bool caught = false;
    try {
      co_return;
    } catch (...) {
      caught = true;
    }
    if (caught) co_yield 1;
  };
  EXPECT_EQ(list(body()), numbers{});
}

TEST(generator_examples, it_returns_to_its_most_recent_caller) {
  std::vector<std::string> lines;
  auto creator = [&] {
    auto steps = count_up_to(5);
    lines.push_back("creator " + std::to_string(*steps.next()));
    return steps;
  };
  auto caller = [&] {
    auto steps = creator();
    for (int number : steps) lines.push_back("caller " + std::to_string(number));
  };
  caller();
  EXPECT_EQ(lines, (std::vector<std::string>{"creator 0", "caller 1", "caller 2", "caller 3",
                                             "caller 4"}));
}

TEST(generator_examples, it_may_loop_over_another) {
  auto body = [](int end) -> generator<int> {
    for (int number : count_up_to(end)) co_yield number;
  };
  EXPECT_EQ(list(body(5)), (numbers{0, 1, 2, 3, 4}));
}

// ---- PEP 255 ----

// C++ allows no co_yield in a handler: what a handler decides is done after it.
generator<int> trying() {
  bool failed = false, failed_again = false;
  try {
    co_yield 1;
    try {
      co_yield 2;
      throw std::domain_error("division by zero");
    } catch (const std::domain_error&) {
      failed = true;
    }
    if (failed) {
      co_yield 4;
      co_yield 5;
      throw std::domain_error("again");
    }
    co_yield 7;
  } catch (...) {
    failed_again = true;
  }
  if (failed_again) co_yield 8;
  co_yield 9;
  co_yield 10;
}

TEST(generator_examples, it_may_yield_in_a_try) {
  EXPECT_EQ(list(trying()), (numbers{1, 2, 4, 5, 8, 9, 10}));
}

TEST(generator_examples, it_may_yield_on_its_way_through_a_loop_that_continues) {
  auto body = []() -> generator<int> {
    for (int number = 0; number < 3; ++number) {
      try {
        throw number;
      } catch (int) {
      }
      co_yield number;
      continue;
    }
  };
  EXPECT_EQ(list(body()), (numbers{0, 1, 2}));
}

struct tree {
  char label;
  std::unique_ptr<tree> left, right;

  tree(char name, std::unique_ptr<tree> before, std::unique_ptr<tree> after)
      : label(name), left(std::move(before)), right(std::move(after)) {}
};

std::unique_ptr<tree> grow(std::string_view labels) {
  if (labels.empty()) return nullptr;
  const std::size_t middle = labels.size() / 2;
  return std::make_unique<tree>(labels[middle], grow(labels.substr(0, middle)),
                                grow(labels.substr(middle + 1)));
}

generator<char> in_order(const tree* node) {
  if (node == nullptr) co_return;
  co_yield from(in_order(node->left.get()));
  co_yield node->label;
  co_yield from(in_order(node->right.get()));
}

generator<char> in_order_by_loops(const tree* node) {
  if (node == nullptr) co_return;
  for (char label : in_order_by_loops(node->left.get())) co_yield label;
  co_yield node->label;
  for (char label : in_order_by_loops(node->right.get())) co_yield label;
}

generator<char> in_order_by_stack(const tree* node) {
  std::vector<const tree*> above;
  while (node != nullptr || !above.empty()) {
    for (; node != nullptr; node = node->left.get()) above.push_back(node);
    const tree* here = above.back();
    above.pop_back();
    co_yield here->label;
    node = here->right.get();
  }
}

TEST(generator_examples, a_tree_is_walked_in_order) {
  const std::string labels = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const auto root = grow(labels);
  auto joined = [](generator<char> steps) {
    auto all = list(steps);
    return std::string(all.begin(), all.end());
  };
  EXPECT_EQ(joined(in_order(root.get())), labels);
  EXPECT_EQ(joined(in_order_by_loops(root.get())), labels);
  EXPECT_EQ(joined(in_order_by_stack(root.get())), labels);
}

// ---- e-mails ----

generator<numbers> combinations(numbers of, std::size_t size) {
  if (size > of.size()) co_return;
  if (size == 0) {
    co_yield numbers{};
    co_return;
  }
  const numbers rest(of.begin() + 1, of.end());
  for (numbers each : combinations(rest, size - 1)) {
    each.insert(each.begin(), of.front());
    co_yield each;
  }
  co_yield from(combinations(rest, size));
}

TEST(generator_examples, combinations_come_in_order) {
  EXPECT_EQ(list(combinations({1, 2, 3, 4}, 0)), std::vector<numbers>{{}});
  EXPECT_EQ(list(combinations({1, 2, 3, 4}, 2)),
            (std::vector<numbers>{{1, 2}, {1, 3}, {1, 4}, {2, 3}, {2, 4}, {3, 4}}));
  EXPECT_EQ(list(combinations({1, 2, 3, 4}, 4)), (std::vector<numbers>{{1, 2, 3, 4}}));
  EXPECT_EQ(list(combinations({1, 2, 3, 4}, 5)), std::vector<numbers>{});
}

// David Eppstein's union-find: each set's generator yields its root, and is shared by others.
class disjoint_set {
 public:
  explicit disjoint_set(char name) : name_(name), roots_(roots(*this)) {}
  disjoint_set(disjoint_set&&) = delete;  // its generator points at it

  char name() const { return name_; }
  disjoint_set& find() { return **roots_.next(); }
  void unite(disjoint_set& parent) { parent_ = &parent; }

 private:
  static generator<disjoint_set*> roots(disjoint_set& self) {
    while (self.parent_ == nullptr) co_yield &self;
    for (disjoint_set* root : self.parent_->roots_) co_yield root;
  }

  char name_;
  disjoint_set* parent_ = nullptr;
  generator<disjoint_set*> roots_;
};

TEST(generator_examples, a_generator_shared_by_loops_finds_the_root_of_a_set) {
  std::vector<std::unique_ptr<disjoint_set>> sets;
  for (char name = 'A'; name <= 'M'; ++name) sets.push_back(std::make_unique<disjoint_set>(name));
  auto set = [&](char name) -> disjoint_set& {
    return *sets[static_cast<std::size_t>(name - 'A')];
  };
  auto roots = [&] {
    std::string all;
    for (auto& each : sets) all += each->find().name();
    return all;
  };
  EXPECT_EQ(roots(), "ABCDEFGHIJKLM");
  const std::pair<std::string, std::string> merges[] = {
      {"KB", "ABCDEFGHIJBLM"}, {"AF", "FBCDEFGHIJBLM"}, {"EF", "FBCDFFGHIJBLM"},
      {"DC", "FBCCFFGHIJBLM"}, {"MC", "FBCCFFGHIJBLC"}, {"JB", "FBCCFFGHIBBLC"},
      {"BC", "FCCCFFGHICCLC"}, {"FG", "GCCCGGGHICCLC"}, {"LC", "GCCCGGGHICCCC"},
      {"GI", "ICCCIIIHICCCC"}, {"IH", "HCCCHHHHHCCCC"}, {"CH", "HHHHHHHHHHHHH"}};
  for (const auto& [pair, expected] : merges) {
    set(pair[0]).unite(set(pair[1]));
    EXPECT_EQ(roots(), expected);
  }
}

// ---- fun ----

generator<int> integers_from(int number) {
  for (;;) co_yield number++;
}

generator<int> without_multiples(int divisor, generator<int> of) {
  for (int number : of) {
    if (number % divisor != 0) co_yield number;
  }
}

generator<int> sieve(generator<int> of) {
  if (auto prime = of.next()) {
    co_yield *prime;
    co_yield from(sieve(without_multiples(*prime, std::move(of))));
  }
}

TEST(generator_examples, a_sieve_that_delegates_to_itself_finds_primes) {
  EXPECT_EQ(first(7, integers_from(5)), (numbers{5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(first(6, without_multiples(3, integers_from(1))), (numbers{1, 2, 4, 5, 7, 8}));
  EXPECT_EQ(first(20, sieve(integers_from(2))),
            (numbers{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71}));
}

generator<int> times(int factor, generator<int> of) {
  for (int number : of) co_yield factor* number;
}

generator<int> merge(generator<int> one, generator<int> other) {
  auto left = one.next(), right = other.next();
  for (;;) {
    const int least = std::min(*left, *right);
    co_yield least;  // before asking for more, which may depend on it
    if (*left == least) left = one.next();
    if (*right == least) right = other.next();
  }
}

// Keeps what a generator has yielded, so that several can read it from the start.
class lazy_list {
 public:
  void feed(generator<int> steps) { fetch_ = std::move(steps); }
  int at(std::size_t index) {
    while (index >= sofar_.size()) sofar_.push_back(*fetch_->next());
    return sofar_[index];
  }
  static generator<int> read(lazy_list& from_start, std::size_t index = 0) {
    for (;; ++index) co_yield from_start.at(index);
  }

 private:
  numbers sofar_;
  std::optional<generator<int>> fetch_;
};

generator<int> hamming(lazy_list& self) {
  co_yield 1;
  co_yield from(merge(merge(times(2, lazy_list::read(self)), times(3, lazy_list::read(self))),
                      times(5, lazy_list::read(self))));
}

TEST(generator_examples, hamming_numbers_come_in_order_from_three_readers_of_themselves) {
  lazy_list all;
  all.feed(hamming(all));
  numbers seen;
  for (std::size_t index = 0; index < 75; ++index) seen.push_back(all.at(index));
  EXPECT_EQ(numbers(seen.begin(), seen.begin() + 15),
            (numbers{1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24}));
  EXPECT_EQ(numbers(seen.end() - 15, seen.end()),
            (numbers{400, 405, 432, 450, 480, 486, 500, 512, 540, 576, 600, 625, 640, 648, 675}));
}

generator<int> hamming_again(int levels_left) {
  co_yield 1;
  if (levels_left == 0) co_return;
  auto again = [=] { return hamming_again(levels_left - 1); };
  co_yield from(merge(merge(times(2, again()), times(3, again())), times(5, again())));
}

TEST(generator_examples, a_generator_may_make_itself_anew_three_times_a_level) {
  EXPECT_EQ(first(15, hamming_again(100)),
            (numbers{1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24}));
}

generator<int> fibonacci(lazy_list& self) {
  co_yield 1;
  co_yield 2;
  auto head = lazy_list::read(self), tail = lazy_list::read(self, 1);
  for (;;) {
    const int left = *head.next();
    const int right = *tail.next();
    co_yield left + right;
  }
}

TEST(generator_examples, fibonacci_numbers_are_sums_of_themselves) {
  lazy_list all;
  all.feed(fibonacci(all));
  EXPECT_EQ(first(17, lazy_list::read(all)),
            (numbers{1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584}));
}

}  // namespace
