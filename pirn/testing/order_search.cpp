#include "pirn/testing/order_search.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pirn/base/hash.hpp"

namespace pirn::testing::detail {

namespace {

using words = std::vector<std::uint64_t>;

struct hash_of_words {
  std::size_t operator()(const words& all) const noexcept {
    running_hash hash;
    for (std::uint64_t each : all) hash.add(each);
    return hash.value();
  }
};

/// A set of small numbers.
class number_set {
 public:
  explicit number_set(std::size_t size) : words_((size + 63) / 64) {}

  bool contains(std::size_t number) const noexcept {
    return (words_[number / 64] & bit(number)) != 0;
  }
  void insert(std::size_t number) noexcept {
    words_[number / 64] |= bit(number);
    while (full_ < words_.size() && words_[full_] == ~std::uint64_t{0}) ++full_;
    used_ = std::max(used_, number / 64 + 1);
  }
  void erase(std::size_t number) noexcept {
    words_[number / 64] &= ~bit(number);
    full_ = std::min(full_, number / 64);
    while (used_ > 0 && words_[used_ - 1] == 0) --used_;
  }
  /// Adds what tells it from other sets; most are full up to some place and empty behind another.
  void describe(words& into) const {
    into.push_back(full_);
    for (std::size_t i = full_; i < used_; ++i) into.push_back(words_[i]);
  }

 private:
  static std::uint64_t bit(std::size_t number) noexcept { return std::uint64_t{1} << number % 64; }

  std::size_t full_ = 0;  // words from the first on
  std::size_t used_ = 0;  // words up to the last that is not empty
  words words_;
};

// A step that is not known to have happened is of no use where it changes nothing.
std::optional<int> value_after(const register_step& step, int value) noexcept {
  using kind = register_step::kind;
  std::optional<int> after;
  switch (step.what) {
    case kind::read:
      if (step.is_known() && value == step.value) after = value;
      break;
    case kind::write:
      if (step.is_known() || value != step.value) after = step.value;
      break;
    case kind::compare_and_swap:
      if (step.is_known() && !step.swapped) {
        if (value != step.expected) after = value;
      } else if (value == step.expected && (step.is_known() || value != step.value)) {
        after = step.value;
      }
  }
  return after;
}

// Of steps of unknown outcome that do the same thing, the one that was invoked first comes first,
// if any does: it could always stand in the other's place. Gives of each step the one before, or
// itself.
std::vector<std::size_t> twins_before(std::span<const register_step> steps) {
  std::map<std::tuple<register_step::kind, int, int>, std::vector<std::size_t>> alike;
  std::vector<std::size_t> before(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    before[i] = i;
    if (steps[i].is_known()) continue;
    alike[{steps[i].what, steps[i].expected, steps[i].value}].push_back(i);
  }
  for (auto& [what, all] : alike) {
    std::ranges::sort(all, {},
                      [&](std::size_t step) { return std::pair(steps[step].invoked, step); });
    for (std::size_t i = 1; i < all.size(); ++i) before[all[i]] = all[i - 1];
  }
  return before;
}

/// The search: a list of invocations and returns in the order of time, out of which a step is
/// taken when it is put next in the order, and put back when that led nowhere.
class search {
 public:
  search(std::span<const register_step> steps, int initial);

  searched run(std::uint64_t tries_max);

 private:
  static constexpr std::size_t none = SIZE_MAX;

  struct event {
    std::size_t step;
    bool is_return;
    std::size_t before = none;
    std::size_t after = none;
  };
  struct taken {
    std::size_t invocation;
    int value_before;
  };

  void unlink(std::size_t which) noexcept;
  void relink(std::size_t which) noexcept;
  std::optional<int> value_after_taking(std::size_t step) const noexcept;
  bool is_new(std::size_t step, int value);
  void take(std::size_t invocation, int value);
  /// Returns: where to go on.
  std::size_t put_back();

  std::span<const register_step> steps_;
  std::vector<event> events_;         // the first is a head, before all
  std::vector<std::size_t> returns_;  // of each step; none
  std::vector<std::size_t> twins_before_;
  number_set done_;
  std::unordered_set<words, hash_of_words> reached_;
  std::vector<taken> taken_;
  std::size_t known_left_ = 0;
  int value_;
};

search::search(std::span<const register_step> steps, int initial)
    : steps_(steps),
      returns_(steps.size(), none),
      twins_before_(twins_before(steps)),
      done_(steps.size()),
      value_(initial) {
  events_.push_back({none, false});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    events_.push_back({i, false});
    if (steps[i].is_known()) events_.push_back({i, true});
  }
  const auto moment = [&](const event& one) {
    const register_step& step = steps_[one.step];
    return std::tuple(one.is_return ? step.returned : step.invoked, one.is_return, one.step);
  };
  std::sort(events_.begin() + 1, events_.end(),
            [&](const event& one, const event& other) { return moment(one) < moment(other); });
  for (std::size_t i = 0; i < events_.size(); ++i) {
    events_[i].before = i == 0 ? none : i - 1;
    events_[i].after = i + 1 == events_.size() ? none : i + 1;
    if (events_[i].is_return) returns_[events_[i].step] = i;
    known_left_ += events_[i].is_return;
  }
}

void search::unlink(std::size_t which) noexcept {
  const event& one = events_[which];
  events_[one.before].after = one.after;
  if (one.after != none) events_[one.after].before = one.before;
}

void search::relink(std::size_t which) noexcept {
  const event& one = events_[which];
  events_[one.before].after = which;
  if (one.after != none) events_[one.after].before = which;
}

std::optional<int> search::value_after_taking(std::size_t step) const noexcept {
  const std::size_t twin = twins_before_[step];
  if (twin != step && !done_.contains(twin)) return {};
  return value_after(steps_[step], value_);
}

bool search::is_new(std::size_t step, int value) {
  done_.insert(step);
  words state{static_cast<std::uint64_t>(value)};
  done_.describe(state);
  const bool fresh = reached_.insert(std::move(state)).second;
  if (!fresh) done_.erase(step);
  return fresh;
}

void search::take(std::size_t invocation, int value) {
  const std::size_t step = events_[invocation].step;
  taken_.push_back({invocation, value_});
  value_ = value;
  unlink(invocation);
  if (returns_[step] == none) return;
  unlink(returns_[step]);
  --known_left_;
}

std::size_t search::put_back() {
  const taken last = taken_.back();
  taken_.pop_back();
  const std::size_t step = events_[last.invocation].step;
  if (returns_[step] != none) {
    relink(returns_[step]);
    ++known_left_;
  }
  relink(last.invocation);
  done_.erase(step);
  value_ = last.value_before;
  return events_[last.invocation].after;
}

searched search::run(std::uint64_t tries_max) {
  std::size_t at = events_.front().after;
  for (std::uint64_t tries = 0; known_left_ > 0; ++tries) {
    if (tries == tries_max) return searched::given_up;
    if (events_[at].is_return) {  // nobody is left who may come before this step's end
      if (taken_.empty()) return searched::unexplained;
      at = put_back();
      continue;
    }
    const std::size_t step = events_[at].step;
    const std::optional<int> after = value_after_taking(step);
    if (after && is_new(step, *after)) {
      take(at, *after);
      at = events_.front().after;
    } else {
      at = events_[at].after;
    }
  }
  return searched::explained;
}

}  // namespace

searched search_order(std::span<const register_step> steps, int initial, std::uint64_t tries_max) {
  return search(steps, initial).run(tries_max);
}

}  // namespace pirn::testing::detail
