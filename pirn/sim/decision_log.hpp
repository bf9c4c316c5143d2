// decision_log: what a simulation did, in order, summed up in one word, to compare two runs.
#pragma once

#include <cstdint>
#include <vector>

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
  ran,    ///< a host's loop; how much: a hash of which tasks it resumed
  fault,  ///< something was broken, or mended
};

/// One event, for who wants to see where two runs part.
struct decision_entry {
  time_point when;
  decision what;
  std::uint64_t whom;
  std::uint64_t how_much;

  friend bool operator==(const decision_entry&, const decision_entry&) = default;
};

/// A running hash of every event: when, what, to whom, how much. Nothing in it depends on an
/// address or on real time, so equal seeds and equal programs give equal hashes on every machine.
class decision_log {
 public:
  /// Requires: `how_much` is below 2^56.
  void note(time_point when, decision what, std::uint64_t whom, std::uint64_t how_much) noexcept {
    hash_.add(static_cast<std::uint64_t>(when.time_since_epoch().count()));
    hash_.add(static_cast<std::uint64_t>(what) << 56 | how_much);
    hash_.add(whom);
    ++count_;
    if (written_ != nullptr) [[unlikely]]
      written_->push_back({when, what, whom, how_much});
  }
  /// Writes each event down as well; null: no more.
  void write_to(std::vector<decision_entry>* down) noexcept { written_ = down; }

  std::uint64_t hash() const noexcept { return hash_.value(); }
  std::uint64_t count() const noexcept { return count_; }

 private:
  running_hash hash_;
  std::uint64_t count_ = 0;
  std::vector<decision_entry>* written_ = nullptr;
};

}  // namespace pirn::sim
