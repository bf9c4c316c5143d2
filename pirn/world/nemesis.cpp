#include "pirn/world/nemesis.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "pirn/base/assert.hpp"

namespace pirn {

namespace {

double seconds(duration length) noexcept {
  return std::chrono::duration<double>(length).count();
}

fault_plan planned_for(const world& target, const std::vector<host*>& hosts,
                       const fault_policy& policy) {
  if (const fault_plan* given = target.options().faults) {
    fault_plan plan = *given;
    plan.sort();
    return plan;
  }
  std::vector<std::string> names;
  for (const host* each : hosts) names.push_back(each->name());
  return draw_faults(policy, names, target.random("nemesis"));
}

std::vector<host*> hosts_of(const world& target) {
  std::vector<host*> all;
  for (const auto& each : target.hosts()) all.push_back(each.get());
  PIRN_ASSERT(all.size() >= 2, "a nemesis needs two hosts");
  return all;
}

}  // namespace

nemesis::nemesis(world& target, const fault_policy& policy)
    : world_(target),
      hosts_(hosts_of(target)),
      down_max_(policy.down_max),
      begun_(target.now()),
      end_(saturating_add(target.now(), policy.active_for)),
      plan_(planned_for(target, hosts_, policy)) {
  for (const fault& each : plan_.faults) {
    const std::string_view problem = problem_of(each);
    if (!problem.empty())
      throw std::invalid_argument(fmt::format("{}: {}", describe(each), problem));
    host_called(each.one);
    if (is_of_way(each.kind)) host_called(each.other);
  }
  world_.keep_plan(plan_);
  set_next();
}

nemesis::~nemesis() {
  stop();
}

host& nemesis::host_called(const std::string& name) const {
  const auto found = std::ranges::find(hosts_, name, &host::name);
  if (found == hosts_.end()) {
    throw std::invalid_argument("a fault is of a host that there is not: " + name);
  }
  return **found;
}

void nemesis::stop() {
  if (next_.is_armed()) world_.events().remove(next_);
  while (!outbreaks_.empty()) {
    world_.events().remove(*outbreaks_.front());
    end(*outbreaks_.front());
  }
}

// ---- when ----

void nemesis::set_next() {
  const bool is_over = next_of_plan_ == plan_.faults.size();
  const time_point next =
      is_over ? end_ : saturating_add(begun_, plan_.faults[next_of_plan_].after);
  world_.events().add(next_, std::min(next, end_));
}

void nemesis::strike() {
  if (world_.now() >= end_) return stop();
  carry_out(plan_.faults[next_of_plan_++]);
  set_next();
}

void nemesis::carry_out(const fault& what) {
  if (!can_be(what)) return;
  world_.count_fault();
  world_observer* const observer = world_.observer();
  if (observer != nullptr) observer->fault_began(what);
  std::function<void()> mend = begin(what);
  std::string line =
      fmt::format("{:.6f} s: {}", seconds(world_.now().time_since_epoch()), describe(what));
  if (mend != nullptr) {
    const time_point until = std::min(saturating_add(world_.now(), what.lasts), end_);
    if (until != never) line += fmt::format(" for {:.6f} s", seconds(until - world_.now()));
    auto begun = std::make_unique<outbreak>();
    begun->of = this;
    begun->what = &what;
    begun->mend = std::move(mend);
    world_.events().add(*begun, until);
    outbreaks_.push_back(std::move(begun));
  } else if (observer != nullptr) {
    observer->fault_ended(what);
  }
  log_.push_back(std::move(line));
}

bool nemesis::can_be(const fault& what) const {
  const host& one = host_called(what.one);
  const bool needs_power = what.kind == fault_kind::pause || what.kind == fault_kind::crash;
  if (needs_power && !one.is_up()) return false;
  if (what.kind == fault_kind::crash) {
    const auto down = std::ranges::count_if(hosts_, [](host* each) { return !each->is_up(); });
    if (!one.has_boot() || down >= std::int64_t{down_max_}) return false;
  }
  return std::ranges::none_of(
      outbreaks_, [&](const auto& each) { return exclude_each_other(*each->what, what); });
}

void nemesis::end(outbreak& over) {
  const auto place = std::ranges::find(outbreaks_, &over, &std::unique_ptr<outbreak>::get);
  const std::unique_ptr<outbreak> last = std::move(*place);
  outbreaks_.erase(place);
  last->mend();
  if (world_observer* observer = world_.observer()) observer->fault_ended(*last->what);
}

// ---- what ----

// Returns: what mends it; nothing where nothing does.
std::function<void()> nemesis::begin(const fault& what) {
  host& one = host_called(what.one);
  host& other = is_of_way(what.kind) ? host_called(what.other) : one;
  switch (what.kind) {
    case fault_kind::partition:
      world_.partition(one, other);
      return [this, &one, &other] { world_.heal(one, other); };
    case fault_kind::one_way_partition:
      world_.partition_one_way(one, other);
      return [this, &one, &other] { world_.heal(one, other); };
    case fault_kind::clog:
      world_.clog(one, other);
      return [this, &one, &other] { world_.unclog(one, other); };
    case fault_kind::bad_way:
      return spoil_way(what);
    case fault_kind::pause:
      one.pause(what.lasts);
      return [&one] { one.resume(); };
    case fault_kind::crash:
      one.crash();
      return [&one] {
        if (!one.is_up()) one.restart();
      };
    case fault_kind::slow_disk:
    case fault_kind::full_disk:
    case fault_kind::failing_disk:
      return begin_at_disk(what);
    case fault_kind::clock_jump:
      one.skew(what.ahead);
      return nullptr;
    case fault_kind::drift: {
      const std::int32_t before = one.drift_ppm();
      one.drift(what.drift_ppm);
      return [&one, before] { one.drift(before); };
    }
  }
  PIRN_ASSERT(false, "a kind of fault");
  std::unreachable();
}

std::function<void()> nemesis::spoil_way(const fault& what) {
  host& one = host_called(what.one);
  host& other = host_called(what.other);
  host& low = one.number() < other.number() ? one : other;
  host& high = &low == &one ? other : one;
  const sim::link_options forth = world_.way(low, high);
  const sim::link_options back = world_.way(high, low);
  world_.set_way(low, high, what.way);
  return [this, &low, &high, forth, back] {
    world_.set_way_one_way(low, high, forth);
    world_.set_way_one_way(high, low, back);
  };
}

std::function<void()> nemesis::begin_at_disk(const fault& what) {
  host& one = host_called(what.one);
  if (what.kind == fault_kind::slow_disk) {
    const duration before = one.disk_delay();
    one.set_disk_delay(what.disk_delay);
    return [&one, before] { one.set_disk_delay(before); };
  }
  const sim::disk_options before = one.disk().options();
  sim::disk_options now = before;
  if (what.kind == fault_kind::full_disk) {
    now.capacity_bytes = std::max<std::uint64_t>(one.disk().used_bytes(), 1);  // 0 is no limit
  } else {
    now.failure = what.disk_failure;
  }
  one.set_disk(now);
  return [&one, before, kind = what.kind] {
    sim::disk_options mended = one.disk().options();  // the other of the two may be on
    if (kind == fault_kind::full_disk) {
      mended.capacity_bytes = before.capacity_bytes;
    } else {
      mended.failure = before.failure;
    }
    one.set_disk(mended);
  };
}

}  // namespace pirn
