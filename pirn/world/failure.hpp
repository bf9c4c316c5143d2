// failure: what a world throws: what went wrong in it, and how to see it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

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
  /// The message without the seed, the moment and the number.
  std::string_view cause() const noexcept { return std::string_view(what()).substr(cause_begins_); }

 private:
  world_failure(const world_moment& at, const std::string& beginning, const std::string& what);

  world_moment at_;
  std::size_t cause_begins_;
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

/// In what way a run failed, without where and when: the type of the error and the first line of
/// its cause, with '#' for each number. Two runs that fail by one bug mostly fail in one way.
/// Requires: not null.
std::string way_of_failing(const std::exception_ptr& error);

}  // namespace pirn
