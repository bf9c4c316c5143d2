// grouper: a report over averages, where a generator delegates to a new averager for each group.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "pirn/core/generator.hpp"

struct summary {
  int count = 0;
  double average = 0;
};

using results = std::map<std::string, summary>;
using listener = pirn::generator<pirn::nothing_t, std::optional<double>>;

// [averager]
// Sums up what it is sent, until it is sent nothing; then returns.
pirn::generator<pirn::nothing_t, std::optional<double>, summary> averager() {
  double total = 0;
  int count = 0;
  for (;;) {
    const std::optional<double> number = co_yield pirn::nothing;
    if (!number) break;
    total += *number;
    ++count;
  }
  co_return summary{count, total / count};
}

// Stands between the caller and one averager after another.
listener grouper(results& into, std::string key) {
  for (;;) {
    const summary group = co_yield pirn::from(averager());
    into[key] = group;
  }
}
// [/averager]

void report(const results& all) {
  for (const auto& [key, group] : all) {
    const auto separator = key.find(';');
    fmt::print("{:2} {:5} averaging {:.2f}{}\n", group.count, key.substr(0, separator),
               group.average, key.substr(separator + 1));
  }
}

int main() {
  const std::map<std::string, std::vector<double>> data = {
      {"girls;kg", {40.9, 38.5, 44.3, 42.2, 45.2, 41.7, 44.5, 38.0, 40.6, 44.5}},
      {"girls;m", {1.6, 1.51, 1.4, 1.3, 1.41, 1.39, 1.33, 1.46, 1.45, 1.43}},
      {"boys;kg", {39.0, 40.8, 43.2, 40.8, 43.1, 38.6, 41.4, 40.6, 36.3}},
      {"boys;m", {1.38, 1.5, 1.32, 1.25, 1.37, 1.48, 1.25, 1.49, 1.46}},
  };
  results all;
  for (const auto& [key, numbers] : data) {
    auto group = pirn::primed(grouper, all, key);
    for (double number : numbers) group.send(number);
    group.send(std::nullopt);  // the averager returns; its result is stored
  }
  report(all);
}

// Output:
//  9 boys  averaging 40.42kg
//  9 boys  averaging 1.39m
// 10 girls averaging 42.04kg
// 10 girls averaging 1.43m
