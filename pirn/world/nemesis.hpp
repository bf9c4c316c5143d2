// nemesis: what breaks hosts and ways by chance, and mends them in the end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pirn/base/random.hpp"
#include "pirn/sim/event_queue.hpp"
#include "pirn/world/world.hpp"

namespace pirn {

/// What may go wrong, how often, and for how long. A weight says how often a kind is drawn beside
/// the others; at 0 it never is.
struct fault_policy {
  duration active_for = std::chrono::seconds(60);  ///< after that all is mended: quiet
  duration pause_max = std::chrono::seconds(1);    ///< between two faults
  duration lasts_max = std::chrono::seconds(5);    ///< each fault
  unsigned partitions = 2;                         ///< two hosts apart
  unsigned one_way_partitions = 1;                 ///< one does not get through to another
  unsigned clogs = 2;                              ///< nothing moves between two
  unsigned swizzles = 1;    ///< all of a host's ways clogged, opened again in another order
  unsigned bad_ways = 2;    ///< a way is slow, loses, doubles and turns around
  unsigned pauses = 1;      ///< a host stands still
  unsigned crashes = 1;     ///< a host crashes and is restarted; of those with a boot program
  unsigned slow_disks = 1;  ///< requests to a host's files take up to `disk_delay_max`
  unsigned down_max = 1;    ///< so many hosts may be down at a time
  duration disk_delay_max = std::chrono::milliseconds(500);
  /// What a bad way is like.
  sim::link_options bad_way{.latency = std::chrono::milliseconds(20),
                            .jitter = std::chrono::milliseconds(50),
                            .tail = std::chrono::milliseconds(5),
                            .loss = 0.1,
                            .duplication = 0.1,
                            .reordering = 0.2};
};
static_assert(std::is_trivially_copyable_v<fault_policy>);

/// Draws faults from the world's seed, one after the other, each mended after a while, until its
/// time is over: then all is mended, and what the programs are to bring about must come about.
///
/// A way is mended into what it was before. Between two hosts that a script keeps apart, mending
/// takes that away too.
///
/// Lifetime: its world's hosts outlive it. At its end all that it broke is mended.
/// Source:   Jepsen's nemesis; FoundationDB's swizzled clogging.
class nemesis {
 public:
  /// Of all hosts that the world has now.
  /// Requires: there are two at least.
  explicit nemesis(world& target, const fault_policy& policy = {});
  nemesis(nemesis&&) = delete;  // events point at it
  ~nemesis();

  /// Whether its time is over and all is mended.
  bool is_quiet() const noexcept { return !next_.is_armed() && outbreaks_.empty(); }
  /// Mends all and breaks no more.
  void stop();
  /// What was done, in order: "12.500 s: partition of a and b for 1.25 s".
  const std::vector<std::string>& log() const noexcept { return log_; }

 private:
  /// A fault that is on, until it is mended.
  struct outbreak final : sim::simulated_event {
    void fire() noexcept override { of->end(*this); }
    nemesis* of = nullptr;
    std::string what;
    std::function<void()> mend;
  };
  struct next_fault final : sim::simulated_event {
    explicit next_fault(nemesis& of) noexcept : of(of) {}
    void fire() noexcept override { of.strike(); }
    nemesis& of;
  };
  struct pair {
    host& one;
    host& other;
  };

  void strike();
  void draw();
  void swizzle();
  void crash_one(duration lasts);
  void spoil_way(host& one, host& other, duration lasts);
  void slow_disk(host& one, duration lasts);
  void set_next();
  pair draw_pair();
  host& draw_host() { return *hosts_[lots_.below(hosts_.size())]; }
  duration draw_up_to(duration longest);
  bool is_on(std::string_view what) const noexcept;
  void until(duration lasts, const std::string& what, std::function<void()> mend);
  void end(outbreak& over);

  world& world_;
  fault_policy policy_;
  random_source lots_;
  time_point end_;
  std::vector<host*> hosts_;
  std::vector<std::unique_ptr<outbreak>> outbreaks_;
  next_fault next_{*this};
  std::vector<std::string> log_;
};

}  // namespace pirn
