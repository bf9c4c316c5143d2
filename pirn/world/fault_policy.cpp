#include "pirn/world/fault_policy.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "pirn/base/assert.hpp"

namespace pirn {

namespace {

/// A group, and who of it is out until when. Of two that are apart only one is: without it the
/// others hear each other.
class watched_group {
 public:
  explicit watched_group(const fault_group& from)
      : out_max_(from.out_max), hosts_(from.hosts.begin(), from.hosts.end()) {}

  bool admits(const fault& next) const { return !puts_anybody_out(next) || has_room_for(next); }

  void take_down(const fault& next) {
    if (!puts_anybody_out(next)) return;
    duration& until = out_until_[charged(next)];
    until = std::max(until, next.end());
  }

 private:
  bool has(const std::string& host) const { return hosts_.contains(host); }
  bool puts_anybody_out(const fault& next) const {
    if (!puts_out(next.kind)) return false;
    return has(next.one) && (!is_of_way(next.kind) || has(next.other));
  }
  bool is_out(const std::string& host, duration at) const {
    const auto known = out_until_.find(host);
    return known != out_until_.end() && known->second > at;
  }
  const std::string& charged(const fault& next) const {
    const bool is_other =
        is_of_way(next.kind) && !is_out(next.one, next.after) && is_out(next.other, next.after);
    return is_other ? next.other : next.one;
  }
  bool has_room_for(const fault& next) const {
    if (is_out(charged(next), next.after)) return true;
    const auto out = std::ranges::count_if(
        out_until_, [&](const auto& each) { return each.second > next.after; });
    return static_cast<std::size_t>(out) < out_max_;
  }

  unsigned out_max_;
  std::set<std::string, std::less<>> hosts_;
  std::map<std::string, duration> out_until_;
};

class drawer {
 public:
  drawer(const fault_policy& policy, std::span<const std::string> hosts, const random_source& lots)
      : policy_(policy), hosts_(hosts), lots_(lots) {
    for (const fault_group& each : policy.groups) {
      for (std::string_view name : each.hosts) check_is_known(name);
      groups_.emplace_back(each);
    }
  }

  fault_plan draw() {
    fault_plan plan;
    for (;;) {
      now_ += duration(1) + up_to(policy_.gap_max);
      if (now_ >= policy_.active_for) return plan;
      std::erase_if(on_, [this](const fault& each) { return each.end() <= now_; });
      draw_one(plan);
    }
  }

 private:
  struct choice {
    unsigned weight;
    void (drawer::*draw)(fault_plan&);
  };

  template <fault_kind kind>
  void draw_kind(fault_plan& plan) {
    const auto [one, other] = pair();
    fault next{.after = now_, .lasts = drawn_length(), .kind = kind, .one = one, .other = {}};
    if (is_of_way(kind)) next.other = other;
    if (kind == fault_kind::bad_way) next.way = policy_.bad_way;
    if (kind == fault_kind::slow_disk) next.disk_delay = up_to(policy_.disk_delay_max);
    if (kind == fault_kind::failing_disk) next.disk_failure = policy_.disk_failure;
    if (kind == fault_kind::drift) next.drift_ppm = drawn_drift();
    if (kind == fault_kind::clock_jump) {
      next.ahead = up_to(policy_.clock_jump_max);
      next.lasts = {};
    }
    add(plan, std::move(next));
  }

  void draw_swizzle(fault_plan& plan) {
    const std::string& centre = any_host();
    for (const std::string& each : hosts_) {
      if (each == centre) continue;
      add(plan, {.after = now_,
                 .lasts = drawn_length(),
                 .kind = fault_kind::clog,
                 .one = centre,
                 .other = each});
    }
  }

  void draw_one(fault_plan& plan) {
    using enum fault_kind;
    const fault_policy& all = policy_;
    const std::array choices{
        choice{all.partitions, &drawer::draw_kind<partition>},
        choice{all.one_way_partitions, &drawer::draw_kind<one_way_partition>},
        choice{all.clogs, &drawer::draw_kind<clog>},
        choice{all.swizzles, &drawer::draw_swizzle},
        choice{all.bad_ways, &drawer::draw_kind<bad_way>},
        choice{all.pauses, &drawer::draw_kind<pause>},
        choice{all.crashes, &drawer::draw_kind<crash>},
        choice{all.slow_disks, &drawer::draw_kind<slow_disk>},
        choice{all.full_disks, &drawer::draw_kind<full_disk>},
        choice{all.failing_disks, &drawer::draw_kind<failing_disk>},
        choice{all.clock_jumps, &drawer::draw_kind<clock_jump>},
        choice{all.drifts, &drawer::draw_kind<drift>},
    };
    std::uint64_t sum = 0;
    for (const choice& each : choices) sum += each.weight;
    if (sum == 0) return;
    std::uint64_t lot = lots_.below(sum);
    const choice* chosen = choices.begin();
    while (lot >= chosen->weight) lot -= chosen++->weight;
    (this->*chosen->draw)(plan);
  }

  // What must not be is left out; the lots that it has drawn are gone.
  void add(fault_plan& plan, fault next) {
    if (!may_be(next)) return;
    for (watched_group& each : groups_) each.take_down(next);
    on_.push_back(next);
    plan.faults.push_back(std::move(next));
  }

  bool may_be(const fault& next) const {
    const auto excludes = [&](const fault& each) { return exclude_each_other(each, next); };
    const auto is_crash = [](const fault& each) { return each.kind == fault_kind::crash; };
    if (std::ranges::any_of(on_, excludes)) return false;
    if (is_crash(next) && std::ranges::count_if(on_, is_crash) >= std::int64_t{policy_.down_max}) {
      return false;
    }
    return std::ranges::all_of(groups_,
                               [&](const watched_group& each) { return each.admits(next); });
  }

  void check_is_known(std::string_view name) const {
    if (std::ranges::find(hosts_, name) != hosts_.end()) return;
    throw std::invalid_argument("a group of hosts has one that there is not: " + std::string(name));
  }

  struct two_names {
    const std::string& one;
    const std::string& other;
  };
  two_names pair() {
    const std::size_t first = lots_.below(hosts_.size());
    const std::size_t second = (first + 1 + lots_.below(hosts_.size() - 1)) % hosts_.size();
    return {hosts_[first], hosts_[second]};
  }
  const std::string& any_host() { return hosts_[lots_.below(hosts_.size())]; }
  duration up_to(duration longest) {
    const auto bound = static_cast<std::uint64_t>(std::max<duration::rep>(longest.count(), 0)) + 1;
    return duration(static_cast<duration::rep>(lots_.below(bound)));
  }
  duration drawn_length() { return std::min(up_to(policy_.lasts_max), policy_.active_for - now_); }
  std::int32_t drawn_drift() {
    const auto most = static_cast<std::int64_t>(policy_.drift_max_ppm);
    const auto lot =
        static_cast<std::int64_t>(lots_.below(static_cast<std::uint64_t>(2 * most + 1)));
    return static_cast<std::int32_t>(lot - most);
  }

  const fault_policy& policy_;
  std::span<const std::string> hosts_;
  random_source lots_;
  duration now_{};
  std::vector<fault> on_;
  std::vector<watched_group> groups_;
};

// What could not be drawn, or not be carried out.
std::string problem_of_policy(const fault_policy& policy) {
  using enum fault_kind;
  if (policy.active_for == forever) return "active_for is forever, and a plan is drawn whole";
  for (duration each : {policy.active_for, policy.gap_max, policy.lasts_max, policy.disk_delay_max,
                        policy.clock_jump_max}) {
    if (each < duration::zero()) return "a length of time is not below zero";
  }
  constexpr std::int64_t faults_max = 1'000'000;
  if (policy.active_for / faults_max > policy.gap_max / 2) {
    return "gap_max is too short for its active_for: there would be millions of faults";
  }
  const fault way{.kind = bad_way, .one = "one", .other = "other", .way = policy.bad_way};
  const fault disk{
      .kind = failing_disk, .one = "one", .other = {}, .disk_failure = policy.disk_failure};
  const fault clock{.kind = drift, .one = "one", .other = {}, .drift_ppm = policy.drift_max_ppm};
  for (const fault& each : {way, disk, clock}) {
    const std::string_view problem = problem_of(each);
    if (!problem.empty()) return std::string(problem);
  }
  return policy.drift_max_ppm < 0 ? "drift_max_ppm is not below zero" : "";
}

}  // namespace

fault_plan draw_faults(const fault_policy& policy, std::span<const std::string> hosts,
                       random_source lots) {
  PIRN_ASSERT(hosts.size() >= 2, "a nemesis needs two hosts");
  const std::string problem = problem_of_policy(policy);
  if (!problem.empty()) throw std::invalid_argument("fault_policy: " + problem);
  return drawer(policy, hosts, lots).draw();
}

}  // namespace pirn
