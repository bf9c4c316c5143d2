#include "pirn/world/nemesis.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "pirn/base/assert.hpp"

namespace pirn {

namespace {

double seconds(duration length) noexcept {
  return std::chrono::duration<double>(length).count();
}

}  // namespace

nemesis::nemesis(world& target, const fault_policy& policy)
    : world_(target),
      policy_(policy),
      lots_(target.random("nemesis")),
      end_(saturating_add(target.now(), policy.active_for)) {
  for (const auto& each : target.hosts()) hosts_.push_back(each.get());
  PIRN_ASSERT(hosts_.size() >= 2, "a nemesis needs two hosts");
  set_next();
}

nemesis::~nemesis() {
  stop();
}

void nemesis::stop() {
  if (next_.is_armed()) world_.events().remove(next_);
  while (!outbreaks_.empty()) {
    world_.events().remove(*outbreaks_.front());
    end(*outbreaks_.front());
  }
}

void nemesis::set_next() {
  const time_point next = world_.now() + duration(1) + draw_up_to(policy_.pause_max);
  world_.events().add(next_, std::min(next, end_));
}

duration nemesis::draw_up_to(duration longest) {
  const auto bound = static_cast<std::uint64_t>(std::max<duration::rep>(longest.count(), 0)) + 1;
  return duration(static_cast<duration::rep>(lots_.below(bound)));
}

nemesis::pair nemesis::draw_pair() {
  const std::size_t first = lots_.below(hosts_.size());
  const std::size_t second = (first + 1 + lots_.below(hosts_.size() - 1)) % hosts_.size();
  return {*hosts_[first], *hosts_[second]};
}

void nemesis::strike() {
  if (world_.now() >= end_) return stop();
  draw();
  set_next();
}

void nemesis::draw() {
  const fault_policy& all = policy_;
  const std::array weights{all.partitions, all.one_way_partitions, all.clogs,
                           all.swizzles,   all.bad_ways,           all.pauses,
                           all.crashes,    all.slow_disks};
  std::uint64_t sum = 0;
  for (unsigned each : weights) sum += each;
  if (sum == 0) return;
  std::uint64_t lot = lots_.below(sum);
  std::size_t kind = 0;
  while (lot >= weights[kind]) lot -= weights[kind++];

  const auto [one, other] = draw_pair();
  const std::string both = one.name() + " and " + other.name();
  const duration lasts = std::min(draw_up_to(policy_.lasts_max), end_ - world_.now());
  switch (kind) {
    case 0:
      world_.partition(one, other);
      return until(lasts, "partition of " + both,
                   [this, &one, &other] { world_.heal(one, other); });
    case 1:
      world_.partition_one_way(one, other);
      return until(lasts, "partition from " + one.name() + " to " + other.name(),
                   [this, &one, &other] { world_.heal(one, other); });
    case 2:
      world_.clog(one, other);
      return until(lasts, "clog between " + both,
                   [this, &one, &other] { world_.unclog(one, other); });
    case 3:
      return swizzle();
    case 4:
      return spoil_way(one, other, lasts);
    case 5:
      if (!one.is_up()) return;
      one.pause(lasts);
      return until(lasts, "pause of " + one.name(), [&one] { one.resume(); });
    case 6:
      return crash_one(lasts);
    default:
      return slow_disk(one, lasts);
  }
}

// All ways of a host are clogged, one after the other, and opened again in another order.
void nemesis::swizzle() {
  host& centre = draw_host();
  for (host* each : hosts_) {
    if (each == &centre) continue;
    world_.clog(centre, *each);
    until(draw_up_to(policy_.lasts_max),
          "swizzle between " + centre.name() + " and " + each->name(),
          [this, &centre, each] { world_.unclog(centre, *each); });
  }
}

// What is bad already is left alone, so that it is known what it was before.
void nemesis::spoil_way(host& one, host& other, duration lasts) {
  host& low = one.number() < other.number() ? one : other;
  host& high = &low == &one ? other : one;
  const std::string what = "bad way between " + low.name() + " and " + high.name();
  if (is_on(what)) return;
  const sim::link_options forth = world_.way(low, high);
  const sim::link_options back = world_.way(high, low);
  world_.set_way(low, high, policy_.bad_way);
  until(lasts, what, [this, &low, &high, forth, back] {
    world_.set_way_one_way(low, high, forth);
    world_.set_way_one_way(high, low, back);
  });
}

void nemesis::slow_disk(host& one, duration lasts) {
  const std::string what = "slow disk of " + one.name();
  if (is_on(what)) return;
  const duration before = one.disk_delay();
  one.set_disk_delay(draw_up_to(policy_.disk_delay_max));
  until(lasts, what, [&one, before] { one.set_disk_delay(before); });
}

void nemesis::crash_one(duration lasts) {
  host& one = draw_host();
  const auto down = std::ranges::count_if(hosts_, [](host* each) { return !each->is_up(); });
  if (!one.is_up() || !one.has_boot() || down >= static_cast<std::ptrdiff_t>(policy_.down_max))
    return;
  one.crash();
  until(lasts, "crash of " + one.name(), [&one] {
    if (!one.is_up()) one.restart();
  });
}

bool nemesis::is_on(std::string_view what) const noexcept {
  return std::ranges::any_of(outbreaks_, [&](const auto& each) { return each->what == what; });
}

void nemesis::until(duration lasts, const std::string& what, std::function<void()> mend) {
  log_.push_back(fmt::format("{:.6f} s: {} for {:.6f} s", seconds(world_.now().time_since_epoch()),
                             what, seconds(lasts)));
  auto begun = std::make_unique<outbreak>();
  begun->of = this;
  begun->what = what;
  begun->mend = std::move(mend);
  world_.events().add(*begun, std::min(saturating_add(world_.now(), lasts), end_));
  outbreaks_.push_back(std::move(begun));
}

void nemesis::end(outbreak& over) {
  const auto place = std::ranges::find(outbreaks_, &over, &std::unique_ptr<outbreak>::get);
  const std::unique_ptr<outbreak> last = std::move(*place);
  outbreaks_.erase(place);
  last->mend();
}

}  // namespace pirn
