// nemesis: what breaks hosts and ways by chance, and mends them in the end.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pirn/sim/event_queue.hpp"
#include "pirn/world/fault_plan.hpp"
#include "pirn/world/fault_policy.hpp"
#include "pirn/world/world.hpp"

namespace pirn {

/// Carries out a plan of faults, each mended after a while, until its time is over: then all is
/// mended, and what the programs are to bring about must come about. The plan is
/// `world_options::faults`, or else drawn from the world's seed.
///
/// A fault that cannot be when its time comes is passed over: its host is down, cannot be restarted
/// (it has no boot program), or one that excludes it is on. A way is mended into what it was
/// before. Between two hosts that a script keeps apart, mending takes that away too.
///
/// Lifetime: its world's hosts outlive it. At its end all that it broke is mended.
/// Source:   Jepsen's nemesis; FoundationDB's swizzled clogging.
class nemesis {
 public:
  /// Of all hosts that the world has now.
  /// Requires: there are two at least.
  /// Throws:   std::invalid_argument for a plan, or a group, with a host that there is not; for a
  ///           fault that cannot be (problem_of), a policy of which no plan can be drawn.
  explicit nemesis(world& target, const fault_policy& policy = {});
  nemesis(nemesis&&) = delete;  // events point at it
  ~nemesis();

  /// Whether its time is over and all is mended.
  bool is_quiet() const noexcept { return !next_.is_armed() && outbreaks_.empty(); }
  /// Mends all and breaks no more.
  void stop();
  /// What it has in mind, done or not.
  const fault_plan& plan() const noexcept { return plan_; }
  /// What was done, in order: "12.500000 s: partition of a and b for 1.250000 s".
  const std::vector<std::string>& log() const noexcept { return log_; }

 private:
  /// A fault that is on, until it is mended.
  struct outbreak final : sim::simulated_event {
    void fire() noexcept override { of->end(*this); }
    nemesis* of = nullptr;
    const fault* what = nullptr;
    std::function<void()> mend;
  };
  struct next_fault final : sim::simulated_event {
    explicit next_fault(nemesis& of) noexcept : of(of) {}
    void fire() noexcept override { of.strike(); }
    nemesis& of;
  };

  void set_next();
  void strike();
  void carry_out(const fault& what);
  bool can_be(const fault& what) const;
  std::function<void()> begin(const fault& what);
  std::function<void()> spoil_way(const fault& what);
  std::function<void()> begin_at_disk(const fault& what);
  void end(outbreak& over);
  host& host_called(const std::string& name) const;

  world& world_;
  std::vector<host*> hosts_;
  unsigned down_max_;
  time_point begun_;
  time_point end_;
  fault_plan plan_;
  std::size_t next_of_plan_ = 0;
  std::vector<std::unique_ptr<outbreak>> outbreaks_;
  next_fault next_{*this};
  std::vector<std::string> log_;
};

}  // namespace pirn
