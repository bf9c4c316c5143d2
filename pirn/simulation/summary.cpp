#include "pirn/simulation/summary.hpp"

#include <array>

#include <fmt/core.h>

#include "pirn/simulation/field_text.hpp"

namespace pirn::des {

namespace {

struct figure {
  const char* name;
  double (*of)(const summary&);
};

constexpr std::array figures{
    figure{"mean", [](const summary& s) { return s.mean; }},
    figure{"deviation", [](const summary& s) { return s.deviation; }},
    figure{"minimum", [](const summary& s) { return s.minimum; }},
    figure{"median", [](const summary& s) { return s.median; }},
    figure{"p90", [](const summary& s) { return s.p90; }},
    figure{"p99", [](const summary& s) { return s.p99; }},
    figure{"maximum", [](const summary& s) { return s.maximum; }},
    figure{"low", [](const summary& s) { return s.interval.low(); }},
    figure{"high", [](const summary& s) { return s.interval.high(); }},
    figure{"level", [](const summary& s) { return s.interval.level; }},
};

}  // namespace

std::string csv(std::span<const summary> table) {
  std::string text = "name,count";
  for (const figure& each : figures) text += fmt::format(",{}", each.name);
  text += '\n';
  for (const summary& line : table) {
    text += fmt::format("{},{}", csv_field(line.name), line.count);
    for (const figure& each : figures) text += "," + csv_number(each.of(line));
    text += '\n';
  }
  return text;
}

std::string json(std::span<const summary> table) {
  std::string text = "[";
  for (const summary& line : table) {
    if (text.size() > 1) text += ",\n ";
    text += fmt::format(R"({{"name": {}, "count": {})", json_string(line.name), line.count);
    for (const figure& each : figures) {
      text += fmt::format(R"(, "{}": {})", each.name, json_number(each.of(line)));
    }
    text += '}';
  }
  return text + "]";
}

}  // namespace pirn::des
