#include "sim_end.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace pirn::apps {

void end_and_check(world& w, std::initializer_list<std::string_view> servers) {
  using namespace std::chrono_literals;
  const auto is_server = [&](const host& each) {
    return std::ranges::find(servers, each.name()) != servers.end();
  };
  w.eventually("the clients' programs end", 10min, [&] {
    return std::ranges::all_of(w.hosts(), [&](const auto& each) {
      return is_server(*each) || each->running_programs() == 0;
    });
  });
  for (const auto& each : w.hosts()) {
    if (is_server(*each) && each->is_up()) each->crash();
  }
  if (!w.run_until_quiet(1h)) throw world_failure(w.moment(), "the network does not come to rest");
  const std::string left = w.left_behind();
  if (!left.empty()) throw world_failure(w.moment(), "in the end there is left: " + left);
}

}  // namespace pirn::apps
