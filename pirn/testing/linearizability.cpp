#include "pirn/testing/linearizability.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "pirn/base/assert.hpp"
#include "pirn/testing/order_search.hpp"

namespace pirn::testing {

namespace {

using detail::register_step;
using detail::search_order;
using detail::searched;

/// A step, and the operation that it stands for.
struct step_of : register_step {
  const map_operation* operation = nullptr;
};

constexpr int absent = 0;

/// One key's history.
class key_history {
 public:
  void add(const map_operation& done);

  std::size_t size() const noexcept { return steps_.size(); }
  searched search(std::uint64_t tries_max) const { return search(steps_, tries_max); }
  /// As few operations as cannot be explained, line by line.
  /// Requires: all together cannot.
  std::string shortest(std::uint64_t tries_max);

 private:
  int number_of(const std::optional<std::string>& value);
  searched search(const std::vector<step_of>& steps, std::uint64_t tries_max) const;
  bool unexplained(const std::vector<step_of>& steps, std::uint64_t tries_max) const;
  std::vector<step_of> up_to(time_point end) const;
  std::vector<step_of> since(time_point start) const;
  void cut_end(std::uint64_t tries_max);
  void cut_start(std::uint64_t tries_max);
  void leave_out_what_looks_only(std::uint64_t tries_max);

  std::map<std::string, int, std::less<>> numbers_;  // of values
  std::vector<step_of> steps_;
  bool starts_anyhow_ = false;  // of what was before nothing is known
};

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

searched key_history::search(const std::vector<step_of>& steps, std::uint64_t tries_max) const {
  const int other = static_cast<int>(numbers_.size()) + 1;  // a value that nobody was told of
  const std::vector<register_step> kept = noticeable(steps, other);
  if (!starts_anyhow_) return search_order(kept, absent, tries_max);
  searched worst = searched::unexplained;
  for (int initial = absent; initial <= other; ++initial) {
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

void key_history::cut_start(std::uint64_t tries_max) {
  std::vector<time_point> starts;
  for (const step_of& each : steps_) starts.push_back(each.invoked);
  std::ranges::sort(starts);
  starts_anyhow_ = true;
  const auto past_last = std::ranges::partition_point(
      starts, [&](time_point start) { return unexplained(since(start), tries_max); });
  starts_anyhow_ = past_last != starts.begin();
  if (starts_anyhow_) steps_ = since(*(past_last - 1));
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

// ---- words ----

std::string text_of(const std::optional<std::string>& value) {
  return value ? fmt::format("\"{}\"", *value) : "nothing";
}

std::string words_of(const step_of& step) {
  const map_operation& done = *step.operation;
  const bool is_known = step.is_known();
  switch (done.what) {
    case map_operation::kind::read:
      return "read " + text_of(done.seen);
    case map_operation::kind::write:
      return (is_known ? "wrote " : "may have written ") + text_of(done.value);
    case map_operation::kind::compare_and_swap:
      break;
  }
  if (is_known && !done.swapped) return "did not find " + text_of(done.expected);
  return (is_known ? "swapped " : "may have swapped ") + text_of(done.expected) + " for " +
         text_of(done.value);
}

double seconds(time_point when) noexcept {
  return std::chrono::duration<double>(when.time_since_epoch()).count();
}

std::string line_of(const step_of& step) {
  const std::string until =
      step.is_known() ? fmt::format("to {:.6f} s", seconds(step.returned)) : "on";
  return fmt::format("  {:.6f} s {}: client {} {}\n", seconds(step.invoked), until,
                     step.operation->client, words_of(step));
}

std::string key_history::shortest(std::uint64_t tries_max) {
  tries_max = std::max<std::uint64_t>(tries_max / 100, 1000);  // many searches
  cut_end(tries_max);
  cut_start(tries_max);
  leave_out_what_looks_only(tries_max);
  std::ranges::sort(steps_, {}, [](const step_of& each) {
    return std::pair(each.invoked, each.operation);  // all in one array
  });
  std::string text = starts_anyhow_ ? ", whatever it held before:\n" : ":\n";
  for (const step_of& each : steps_) text += line_of(each);
  return text;
}

}  // namespace

linearizability check_linearizability(std::span<const map_operation> history,
                                      const linearizability_options& options) {
  using verdict = linearizability::verdict;
  std::map<std::string_view, key_history> keys;
  for (const map_operation& each : history) keys[each.key].add(each);

  linearizability result;
  std::pair<std::string_view, key_history*> smallest{{}, nullptr};
  for (auto& [key, of_key] : keys) {
    const searched found = of_key.search(options.tries_max);
    if (found == searched::given_up && result.found == verdict::linearizable) {
      result.found = verdict::undecided;
      result.text =
          fmt::format("key \"{}\": {} operations are too many to tell\n", key, of_key.size());
    }
    if (found != searched::unexplained) continue;
    if (smallest.second == nullptr || of_key.size() < smallest.second->size()) {
      smallest = {key, &of_key};
    }
  }
  if (smallest.second == nullptr) return result;
  result.found = verdict::not_linearizable;
  result.text = fmt::format("key \"{}\": no order explains this{}", smallest.first,
                            smallest.second->shortest(options.tries_max));
  return result;
}

}  // namespace pirn::testing
