#include "pirn/testing/key_history.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::testing::detail {

namespace {
constexpr int absent = 0;
}

int key_history::number_of(const std::optional<std::string>& value) {
  if (!value) return absent;
  return numbers_.try_emplace(*value, static_cast<int>(numbers_.size()) + 1).first->second;
}

// A read that nobody was told of says nothing.
void key_history::add(const map_operation& done) {
  PIRN_ASSERT(done.returned >= done.invoked, "an operation returns after its invocation");
  const bool is_read = done.what == map_operation::kind::read;
  if (is_read && done.returned == never) return;
  step_of step;
  step.what = static_cast<register_step::kind>(done.what);
  step.value = is_read ? number_of(done.seen) : number_of(done.value);
  step.expected = number_of(done.expected);
  step.swapped = done.swapped;
  step.invoked = done.invoked;
  step.returned = done.returned;
  step.operation = &done;
  steps_.push_back(step);
}

namespace {

/// The values that somebody was told of, or may have been.
std::vector<int> noticed_values(const std::vector<register_step>& steps) {
  std::vector<int> noticed;
  for (const register_step& each : steps) {
    if (each.what == register_step::kind::read) noticed.push_back(each.value);
    if (each.what == register_step::kind::compare_and_swap) noticed.push_back(each.expected);
  }
  std::ranges::sort(noticed);
  return noticed;
}

/// The steps without those of unknown outcome that nobody can have noticed: they make a search
/// long. Where a compare_and_swap was refused they may be why, but then one is as good as another:
/// they get the value `other`.
std::vector<register_step> noticeable(const std::vector<step_of>& steps, int other) {
  std::vector<register_step> kept(steps.begin(), steps.end());
  const auto is_refused = [](const register_step& step) {
    return step.what == register_step::kind::compare_and_swap && step.is_known() && !step.swapped;
  };
  const bool some_refused = std::ranges::any_of(kept, is_refused);
  for (std::size_t before = 0; before != kept.size();) {
    before = kept.size();
    const std::vector<int> noticed = noticed_values(kept);
    const auto goes_unnoticed = [&](const register_step& step) {
      return !step.is_known() && !std::ranges::binary_search(noticed, step.value);
    };
    if (!some_refused) std::erase_if(kept, goes_unnoticed);
    for (register_step& each : kept) {
      if (goes_unnoticed(each)) each.value = other;
    }
  }
  return kept;
}

/// What the register may have held at first, so far as it makes a difference: what somebody may
/// have been told of before the first change that is certain, or else `other`.
std::vector<int> initial_values(const std::vector<register_step>& steps, int other) {
  time_point changed = never;
  for (const register_step& each : steps) {
    if (each.is_known() && each.may_change()) changed = std::min(changed, each.returned);
  }
  std::vector<register_step> before;
  std::ranges::copy_if(steps, std::back_inserter(before),
                       [&](const register_step& each) { return each.invoked <= changed; });
  std::vector<int> values = noticed_values(before);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
  values.push_back(other);
  return values;
}

}  // namespace

searched key_history::search(const std::vector<step_of>& steps, std::uint64_t tries_max) const {
  const int other = static_cast<int>(numbers_.size()) + 1;  // a value that nobody was told of
  const std::vector<register_step> kept = noticeable(steps, other);
  if (!starts_anyhow_) return search_order(kept, absent, tries_max);
  searched worst = searched::unexplained;
  for (int initial : initial_values(kept, other)) {
    const searched found = search_order(kept, initial, tries_max);
    if (found == searched::explained) return found;
    if (found == searched::given_up) worst = found;
  }
  return worst;
}

bool key_history::unexplained(const std::vector<step_of>& steps, std::uint64_t tries_max) const {
  return search(steps, tries_max) == searched::unexplained;
}

// ---- made short ----

// What was known at a moment: a history that was linearizable always was so.
std::vector<step_of> key_history::up_to(time_point end) const {
  std::vector<step_of> kept;
  for (step_of each : steps_) {
    if (each.invoked > end) continue;
    if (each.returned > end) each.returned = never;
    if (each.is_known() || each.what != register_step::kind::read) kept.push_back(each);
  }
  return kept;
}

// What began before may have happened before or after.
std::vector<step_of> key_history::since(time_point start) const {
  std::vector<step_of> kept;
  for (step_of each : steps_) {
    if (each.returned < start) continue;
    if (each.invoked < start && !each.may_change()) continue;
    if (each.invoked < start) each.returned = never;
    kept.push_back(each);
  }
  return kept;
}

void key_history::cut_end(std::uint64_t tries_max) {
  std::vector<time_point> ends;
  for (const step_of& each : steps_) {
    if (each.is_known()) ends.push_back(each.returned);
  }
  std::ranges::sort(ends);
  const auto first = std::ranges::partition_point(
      ends, [&](time_point end) { return !unexplained(up_to(end), tries_max); });
  if (first != ends.end()) steps_ = up_to(*first);
}

// Looks at the last operation, the last two, four, and so on: what contradicts the end of a history
// mostly is near to it.
void key_history::cut_start(std::uint64_t tries_max) {
  std::vector<time_point> starts;
  for (const step_of& each : steps_) starts.push_back(each.invoked);
  std::ranges::sort(starts, std::ranges::greater());
  starts_anyhow_ = true;
  const auto is_explained = [&](time_point start) { return !unexplained(since(start), tries_max); };
  std::size_t too_few = 0;
  std::size_t size = 1;
  while (size < starts.size() && is_explained(starts[size - 1])) {
    too_few = size;
    size = std::min(2 * size, starts.size());
  }
  const std::span<const time_point> between = std::span(starts).subspan(too_few, size - too_few);
  const auto first = std::ranges::partition_point(between, is_explained);
  starts_anyhow_ = first != between.end();
  if (starts_anyhow_) steps_ = since(*first);
}

// Without what changes nothing, the rest is no harder to explain.
void key_history::leave_out_what_looks_only(std::uint64_t tries_max) {
  for (std::size_t i = 0; i < steps_.size();) {
    std::vector<step_of> fewer = steps_;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (!steps_[i].may_change() && unexplained(fewer, tries_max)) {
      steps_ = std::move(fewer);
    } else {
      ++i;
    }
  }
}

void key_history::shorten(std::uint64_t tries_max) {
  // There are many searches; but each step needs some tries.
  tries_max = std::max({tries_max / 100, std::uint64_t{1000}, std::uint64_t{10} * steps_.size()});
  cut_end(tries_max);
  cut_start(tries_max);
  leave_out_what_looks_only(tries_max);
  std::ranges::sort(steps_, {}, [](const step_of& each) {
    return std::pair(each.invoked, each.operation);  // all in one array
  });
}

}  // namespace pirn::testing::detail
