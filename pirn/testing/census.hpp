// census: what a piece of work may leave behind, counted before and after it.
#pragma once

#include <cstddef>
#include <string>

#include "pirn/core/driver.hpp"

namespace pirn::testing {

/// How many descriptors this process has open.
std::size_t open_descriptors();
/// Whether this process has a child, running or dead.
bool has_children();

/// Counts what this process and thread hold when it is made: descriptors and coroutine frames.
///
/// Threads: compared on the one that made it.
class census {
 public:
  census();

  /// What has come to stay since, in words ("2 descriptors, 1 coroutine frame"); empty when it is
  /// nothing. Children are looked for too, where there were none.
  std::string left_behind() const;

 private:
  std::size_t descriptors_;
  std::ptrdiff_t frames_;
  bool had_children_;
};

/// Lets a driver end what it has begun, such as the closing of sockets.
/// Requires: no loop uses it any more, but its owner; no request of a caller is outstanding.
/// Returns:  what it holds after that, in words: sockets, lent buffers; empty when it is nothing.
std::string held_by(driver& idle);

}  // namespace pirn::testing
