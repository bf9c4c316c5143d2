// patience: how a rank waits for news without burning a core.
#pragma once

#include <chrono>
#include <cstdint>

#include "pirn/mpi/rank_link.hpp"

namespace pirn::detail {

/// Looks again and again for a short while, giving way to others in between; then sleeps beside the
/// bell. MPI has no wait that sleeps.
///
///     for (;;) {
///       patience.listen();
///       if (look for news, act on it) patience.renew();
///       else patience.wait(...);
///     }
class patience {
 public:
  explicit patience(rank_link& link) : link_(link) { renew(); }

  /// Requires: called before one looks, so that a ring in between is not lost.
  void listen() noexcept { heard_ = link_.bell().heard(); }
  /// There was news: more may follow soon.
  void renew() noexcept;
  /// There was none.
  struct expectation {
    bool messages = true;   ///< something may come from another rank
    bool transfer = false;  ///< a message is on its way, which only looking moves on
  };
  void wait(expectation expected) noexcept;

 private:
  rank_link& link_;
  std::uint32_t heard_ = 0;
  std::chrono::steady_clock::time_point since_;
  std::chrono::nanoseconds doze_{};
};

}  // namespace pirn::detail
