#include "pirn/testing/linearizability.hpp"

#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "pirn/testing/key_history.hpp"

namespace pirn::testing {

namespace {

using detail::key_history;
using detail::searched;
using detail::step_of;

// Quoted and escaped, so that a line is a line.
std::string text_of(const std::optional<std::string>& value) {
  return value ? fmt::format("{:?}", *value) : "nothing";
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
          fmt::format("key {:?}: {} operations are too many to tell\n", key, of_key.size());
    }
    if (found != searched::unexplained) continue;
    if (smallest.second == nullptr || of_key.size() < smallest.second->size()) {
      smallest = {key, &of_key};
    }
  }
  if (smallest.second == nullptr) return result;
  result.found = verdict::not_linearizable;
  smallest.second->shorten(options.tries_max);
  result.text = fmt::format("key {:?}: no order explains this{}:\n", smallest.first,
                            smallest.second->starts_anyhow() ? ", whatever it held before" : "");
  for (const step_of& each : smallest.second->steps()) result.text += line_of(each);
  return result;
}

}  // namespace pirn::testing
