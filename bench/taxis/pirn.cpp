// taxis: days of a hundred taxis from `pirn taxis`, to their ends and printed nowhere, in both
// styles; one operation is an event, with its random number.
#include <cstdint>

#include "apps/taxi_day.hpp"
#include "bench/common/measure.hpp"

namespace {

using pirn::apps::taxi_style;

template <taxi_style Style>
std::int64_t days(std::uint64_t events) {
  std::int64_t sum = 0;
  std::int64_t seed = 0;
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t seen = 0; seen < events;) {
    auto day = pirn::apps::simulate(Style, {.end_time = INT64_MAX, .taxis = 100, .seed = ++seed});
    for (; auto event = day.next(); ++seen) sum += event->time;
  }
  bench::keep(sum);
  return bench::cpu_now_ns() - start;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(
      argc, argv,
      {{"generators", days<taxi_style::generators>}, {"tasks", days<taxi_style::tasks>}});
}
