// failure: what a world throws: what went wrong in it, and how to see it again.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "pirn/base/time.hpp"

namespace pirn {

/// A moment of one run of a world, by which anybody can come back to it.
struct world_moment {
  std::uint64_t seed;
  time_point when;
  std::uint64_t event;  ///< so many events had happened
};

/// Something went wrong in a world: an invariant did not hold, a program failed, something was left
/// behind. The message begins with the seed, the moment and the number of the event.
class world_failure : public std::runtime_error {
 public:
  world_failure(const world_moment& at, const std::string& what);

  const world_moment& at() const noexcept { return at_; }

 private:
  world_moment at_;
};

/// What had to come did not come in time.
class not_in_time : public world_failure {
 public:
  using world_failure::world_failure;
};

/// A program on a host ended by an error, which is nested (std::rethrow_if_nested).
class program_failed : public world_failure {
 public:
  using world_failure::world_failure;
};

}  // namespace pirn
