// observer: what happens in a world, told to who wants to watch.
#pragma once

#include <string_view>

#include "pirn/base/time.hpp"
#include "pirn/sim/traffic.hpp"
#include "pirn/world/fault_plan.hpp"

namespace pirn {

class host;

/// Is told of what happens, in order: `world::watch`. It must not throw and must change nothing, so
/// that a run is what it would be without.
class world_observer : public sim::traffic_watcher {
 public:
  /// A host's loop has resumed some of its tasks.
  virtual void took_turn(const host& who) noexcept = 0;
  /// Something was done to a host, or, where the two are not one, to the way between them; by a
  /// script or a nemesis: "crash", "heal".
  virtual void was_done(std::string_view what, const host& one, const host& other) noexcept = 0;
  /// A nemesis has begun a fault.
  virtual void fault_began(const fault& what) noexcept = 0;
  /// It has mended one. The fault is the object that it was then.
  virtual void fault_ended(const fault& what) noexcept = 0;

 protected:
  ~world_observer() = default;
};

}  // namespace pirn
