// crash_at_end: ends a world's programs before what they point at.
#pragma once

#include "pirn/world/world.hpp"

namespace pirn {

/// Crashes all hosts at the end of its scope, by an exception too. A scenario's own variables end
/// before its world does; where programs point at these, one of this, declared after them, ends the
/// programs first.
///
/// Example: `int answers = 0; const crash_at_end guard(w);`
class crash_at_end {
 public:
  explicit crash_at_end(world& what) noexcept : world_(what) {}
  crash_at_end(crash_at_end&&) = delete;  // ends with its scope
  ~crash_at_end() {
    for (const auto& each : world_.hosts()) {
      if (each->is_up()) each->crash();
    }
  }

 private:
  world& world_;
};

}  // namespace pirn
