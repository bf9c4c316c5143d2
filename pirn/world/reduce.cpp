#include "pirn/world/reduce.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "pirn/core/exception_group.hpp"

namespace pirn {

namespace {

using faults = std::vector<fault>;

/// How a run ended, and the plan that its nemesis had.
struct ending {
  std::string way;  // empty when it did not fail
  std::string failure;
  fault_plan plan;
};

ending run_once(const world_options& options, const std::function<void(world&)>& scenario) {
  ending seen;
  world w(options);
  try {
    scenario(w);
  } catch (...) {
    seen.way = way_of_failing(std::current_exception());
    seen.failure = describe_exception(std::current_exception());
  }
  seen.plan = w.plan();
  return seen;
}

/// The search; the smallest plan so far is in `found`.
class reducer {
 public:
  reducer(const world_options& options, const std::function<void(world&)>& scenario,
          const reduce_options& how, const std::function<void(const reduction&)>& progress)
      : options_(options), scenario_(scenario), how_(how), progress_(progress) {}

  reduction run() {
    begin();
    cut_off();
    do {
      leave_out();
    } while (shorten());
    return std::move(found_);
  }

 private:
  bool may_run() const noexcept { return found_.runs < how_.runs_max; }
  const faults& present() const noexcept { return found_.plan.faults; }

  void begin() {
    const ending first = run_once(options_, scenario_);
    if (first.way.empty()) throw std::invalid_argument("a scenario that does not fail");
    way_ = first.way;
    found_ = {.plan = first.plan,
              .failure = first.failure,
              .faults = first.plan.faults.size(),
              .runs = 1,
              .is_minimal = first.plan.faults.empty()};
    tell();
  }

  // Runs the scenario with these faults; when it fails as it did, they are what is found.
  bool still_fails(faults fewer) {
    if (!may_run()) return false;
    fault_plan plan{std::move(fewer)};
    plan.sort();
    world_options options = options_;
    options.faults = &plan;
    ending seen = run_once(options, scenario_);
    ++found_.runs;
    if (seen.way != way_) return false;
    found_.plan = std::move(plan);
    found_.failure = std::move(seen.failure);
    found_.is_minimal = false;
    tell();
    return true;
  }

  void tell() const {
    if (progress_) progress_(found_);
  }

  // What begins after the failure has no part in it, nor mostly what begins shortly before. That a
  // longer beginning fails too is not certain; then the next step has more to do.
  void cut_off() {
    std::size_t too_few = 0;
    if (present().empty() || still_fails({})) return;
    while (present().size() - too_few > 1 && may_run()) {
      const std::size_t size = std::midpoint(too_few, present().size());
      if (!still_fails(
              faults(present().begin(), present().begin() + static_cast<std::ptrdiff_t>(size)))) {
        too_few = size;
      }
    }
  }

  // Parts of the plan are left out, smaller and smaller ones; in the end each fault by itself.
  void leave_out() {
    std::size_t part = std::max<std::size_t>(present().size() / 2, 1);
    while (may_run() && !present().empty()) {
      const bool was_less = leave_out_parts(part);
      if (part == 1 && !was_less) break;
      if (!was_less || part > present().size()) part = std::max<std::size_t>(part / 2, 1);
    }
    found_.is_minimal = may_run() || present().empty();
  }

  // The last first: what comes later changes less.
  bool leave_out_parts(std::size_t part) {
    bool was_less = false;
    for (std::size_t end = present().size(); end > 0;) {
      const std::size_t begin = end - std::min(part, end);
      faults rest(present().begin(), present().begin() + static_cast<std::ptrdiff_t>(begin));
      rest.insert(rest.end(), present().begin() + static_cast<std::ptrdiff_t>(end),
                  present().end());
      was_less |= still_fails(std::move(rest));
      end = begin;
    }
    return was_less;
  }

  // Returns: whether a fault changed, so that others may be superfluous now.
  bool shorten() {
    bool has_changed = false;
    for (std::size_t i = 0; i < present().size() && may_run(); ++i) {
      has_changed |= shorten_one(i);
      has_changed |= round_beginning(i);
    }
    return has_changed;
  }

  static constexpr std::array round_lengths{
      duration(std::chrono::seconds(1)), duration(std::chrono::milliseconds(100)),
      duration(std::chrono::milliseconds(10)), duration(std::chrono::milliseconds(1))};

  bool shorten_one(std::size_t index) {
    const duration lasts = present()[index].lasts;
    std::vector<duration> shorter;  // a round length, or what it is but for a remainder
    for (duration each : round_lengths) {
      if (each < lasts) shorter.insert(shorter.end(), {each, lasts - lasts % each});
    }
    std::ranges::sort(shorter);
    return std::ranges::any_of(shorter, [&](duration each) {
      if (each >= present()[index].lasts) return false;
      faults changed = present();
      changed[index].lasts = each;
      return still_fails(std::move(changed));
    });
  }

  // To whole seconds, or tenths, and so on; the order of faults remains.
  bool round_beginning(std::size_t index) {
    const fault before = present()[index];
    const duration earliest = index == 0 ? duration::zero() : present()[index - 1].after;
    for (duration unit : round_lengths) {
      const duration rounded = before.after - before.after % unit;
      if (rounded == before.after) return false;
      if (rounded < earliest) continue;
      faults changed = present();
      changed[index].after = rounded;
      if (still_fails(std::move(changed))) return true;
    }
    return false;
  }

  const world_options& options_;
  const std::function<void(world&)>& scenario_;
  const reduce_options& how_;
  const std::function<void(const reduction&)>& progress_;
  std::string way_;
  reduction found_;
};

}  // namespace

reduction reduce(const world_options& options, const std::function<void(world&)>& scenario,
                 const reduce_options& how, const std::function<void(const reduction&)>& progress) {
  return reducer(options, scenario, how, progress).run();
}

}  // namespace pirn
