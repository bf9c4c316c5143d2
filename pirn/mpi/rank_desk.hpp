// rank_desk: how many calls a rank is given ahead, and which answer is whose.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "pirn/mpi/rank_call.hpp"

namespace pirn::detail {

/// What rank 0 knows of one worker. A worker answers its calls in their order, one by one; so the
/// next answer belongs to the oldest call.
///
/// A worker is given as many calls ahead as it does in about a millisecond, judged by the last
/// ones; so that it need not wait for the next one to travel. When one of them turns out long, the
/// worker says so and gives back those behind it. The first call of a pool goes alone.
class rank_desk {
 public:
  /// Whether it should be given another call.
  bool has_room() const noexcept {
    return calls_.empty() || (calls_.size() < ahead_ && size_bytes_ < size_max_bytes);
  }
  std::size_t under_way() const noexcept { return calls_.size(); }

  /// Notes a call of so many bytes that has been sent.
  void sent(std::unique_ptr<rank_call> call, std::size_t size_bytes);
  /// Notes an answer.
  /// Returns: the call that it belongs to.
  std::unique_ptr<rank_call> answered(std::chrono::nanoseconds took);
  /// Notes that the oldest call takes long: there is room again when it has been answered.
  void busy() noexcept { ahead_ = 1; }
  /// Notes that the call behind the oldest one came back.
  /// Returns: that call.
  std::unique_ptr<rank_call> given_back();

  static constexpr std::size_t ahead_max = 128;
  static constexpr std::size_t size_max_bytes = 1 << 20;

 private:
  struct entry {
    std::unique_ptr<rank_call> call;
    std::size_t size_bytes;
  };
  std::unique_ptr<rank_call> take(std::size_t index);

  std::deque<entry> calls_;  // sent and not answered, oldest first
  std::size_t size_bytes_ = 0;
  std::size_t ahead_ = 1;
  double usual_ns_ = 0;  // of a call, a moving average
};

}  // namespace pirn::detail
