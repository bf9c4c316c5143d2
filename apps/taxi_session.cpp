#include "taxi_session.hpp"

#include <cstdio>
#include <string>

#include "pirn/core/sleep.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

namespace {

template <class Thing>
void print(const Thing& what, const taxi_show& how) {
  const std::string line = how.json ? json_line(what) : text_line(what);
  std::fwrite(line.data(), 1, line.size(), stdout);
}

task<> show_slowly(taxi_plan plan, taxi_show how) {
  taxi_day day = simulate(how.style, plan);
  while (const auto event = day.next()) {
    print(*event, how);
    std::fflush(stdout);
    co_await sleep_for(how.delay);
  }
  print(day.result(), how);
}

}  // namespace

void show_taxi_day(taxi_plan plan, taxi_show how) {
  if (how.delay > duration::zero()) return run(show_slowly, plan, how);
  taxi_day day = simulate(how.style, plan);
  for (const taxi_event& event : day) print(event, how);
  print(day.result(), how);
}

}  // namespace pirn::apps
