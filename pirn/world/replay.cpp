#include "pirn/world/replay.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "pirn/core/frame_pool.hpp"
#include "pirn/sim/decision_text.hpp"

namespace pirn {

namespace {

struct history {
  std::vector<sim::decision_entry> events;
  std::uint64_t hash = 0;
};

history record_once(const world_options& options, const std::function<void(world&)>& scenario) {
  history written;
  const std::ptrdiff_t frames = detail::frames_in_use();
  world_moment last{};
  {
    world w(options);
    w.record(written.events);
    scenario(w);
    written.hash = w.decision_hash();
    last = w.moment();
    w.record_no_more();
  }
  const std::ptrdiff_t left = detail::frames_in_use() - frames;
  if (left != 0) throw world_failure(last, fmt::format("{} coroutine frames are left", left));
  return written;
}

std::string text_of(const std::vector<sim::decision_entry>& events, std::size_t number) {
  return number < events.size() ? sim::to_string(events[number]) : "its end";
}

}  // namespace

std::uint64_t replay(const world_options& options, const std::function<void(world&)>& scenario) {
  const history first = record_once(options, scenario);
  const history second = record_once(options, scenario);
  if (first.hash == second.hash) return first.hash;
  const auto parting = std::ranges::mismatch(first.events, second.events);
  const auto number = static_cast<std::size_t>(parting.in1 - first.events.begin());
  time_point when = never;
  for (const history* each : {&first, &second}) {
    if (number < each->events.size()) when = std::min(when, each->events[number].when);
  }
  throw replay_difference({options.seed, when, number},
                          "the first run had " + text_of(first.events, number) + ", the second " +
                              text_of(second.events, number));
}

}  // namespace pirn
