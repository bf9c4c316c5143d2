// stand_in: gives a rank's calls back while it is busy with a long one.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

#include "pirn/mpi/rank_link.hpp"
#include "pirn/platform/bell.hpp"

namespace pirn::detail {

/// A thread that takes a worker's place at its link when a call lasts longer than a few
/// milliseconds: it tells rank 0 that the rank is busy, and sends back the calls that had been
/// given ahead. Other ranks make them.
///
/// It sleeps while there are no calls, and looks every other millisecond while there are: at its
/// own clock, not at MPI.
///
/// Threads: the link is the worker's, but for the time of an absence.
class stand_in {
 public:
  explicit stand_in(rank_link& link);
  stand_in(stand_in&&) = delete;  // its thread points at it
  ~stand_in();

  /// The worker makes a call and leaves the link alone.
  class absence;

 private:
  void watch();
  void wait_for_calls(std::uint32_t idle_since);
  void give_back_behind(std::uint32_t call);

  rank_link& link_;
  std::mutex at_link_;  // held by who uses the link
  std::unique_lock<std::mutex> worker_at_link_{at_link_};

  std::atomic<std::uint32_t> calls_{0};  // begun and ended; odd while there is one
  std::atomic<bool> idle_{false};        // the thread sleeps until a call begins
  std::atomic<bool> ending_{false};
  class bell bell_;
  std::thread thread_;
};

class stand_in::absence {
 public:
  explicit absence(stand_in& other) noexcept;
  absence(absence&&) = delete;
  /// Waits while the other one is at the link, for some microseconds.
  ~absence();

 private:
  stand_in& other_;
};

}  // namespace pirn::detail
