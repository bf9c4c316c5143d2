// unhandled_failures: events of a simulation that have failed, and that nobody waited for.
#pragma once

#include <exception>
#include <vector>

#include "pirn/core/timer.hpp"

namespace pirn {
class loop;
}

namespace pirn::des::detail {

/// The failures of the present moment. One that nobody has come for by the time when nothing is
/// ready any more ends the run, and is thrown by it.
class unhandled_failures final : public timer_node {
 public:
  /// `failure`, if it is null, and `stopped` are set when a run is to end.
  unhandled_failures(loop& home, std::exception_ptr& failure, bool& stopped) noexcept
      : timer_node(INT16_MAX), home_(home), failure_(failure), stopped_(stopped) {}
  ~unhandled_failures();

  void add(const void* event, const std::exception_ptr& error);
  void remove(const void* event) noexcept;

 private:
  struct entry {
    const void* event;
    std::exception_ptr error;
  };

  void fire() noexcept override;

  loop& home_;
  std::exception_ptr& failure_;
  bool& stopped_;
  std::vector<entry> entries_;
};

/// An event has failed without a waiter.
/// Returns: whether this was in a simulation, which now knows.
bool note_unhandled(const void* event, const std::exception_ptr& error);
/// Somebody has come for it after all.
void note_handled(const void* event) noexcept;

}  // namespace pirn::des::detail
