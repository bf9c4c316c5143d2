// lone_link: a program without mpirun has one rank, which does its own work.
#pragma once

#include <deque>

#include "pirn/mpi/rank_link.hpp"

namespace pirn::detail {

/// Stands in for one worker: a call that is sent is performed then and there, on bytes as if it had
/// travelled, and what came of it is received next.
class lone_link final : public rank_link {
 public:
  int rank() const noexcept override { return 0; }
  int workers() const noexcept override { return 1; }
  void send(rank_message message) override;
  bool still_sending() override { return false; }
  std::optional<rank_message> try_receive() override;
  std::size_t size_max_bytes() const noexcept override;
  class bell& bell() noexcept override { return bell_; }
  bool all_can_ring() const noexcept override { return true; }

 private:
  std::deque<rank_message> answers_;
  class bell bell_;
};

}  // namespace pirn::detail
