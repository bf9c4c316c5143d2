// decision_log: what a simulation did, in order, summed up in one word, to compare two runs.
#pragma once

#include <cstdint>

#include "pirn/base/hash.hpp"
#include "pirn/base/time.hpp"

namespace pirn::sim {

/// What a simulation decided. The values are part of the hash: append, never reorder.
enum class decision : std::uint8_t {
  syn = 1,
  syn_retry,
  syn_ack,
  refused,
  ack,
  data,
  fin,
  reset,
  feedback,
  file,
  datagram,
};

/// A running hash of every event: when, what, to whom, how much. Nothing in it depends on an
/// address or on real time, so equal seeds and equal programs give equal hashes on every machine.
class decision_log {
 public:
  void note(time_point when, decision what, std::uint64_t whom, std::uint64_t how_much) noexcept {
    hash_.add(static_cast<std::uint64_t>(when.time_since_epoch().count()));
    hash_.add(static_cast<std::uint64_t>(what) << 56 | how_much);
    hash_.add(whom);
    ++count_;
  }
  std::uint64_t hash() const noexcept { return hash_.value(); }
  std::uint64_t count() const noexcept { return count_; }

 private:
  running_hash hash_;
  std::uint64_t count_ = 0;
};

}  // namespace pirn::sim
