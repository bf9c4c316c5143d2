#include "pirn/mpi/rank_desk.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::detail {
namespace {

using namespace std::chrono_literals;

// Longer than a message takes both ways, within a host or between two.
constexpr std::chrono::nanoseconds work_ahead = 1ms;

}  // namespace

void rank_desk::sent(std::unique_ptr<rank_call> call, std::size_t size_bytes) {
  calls_.push_back({std::move(call), size_bytes});
  size_bytes_ += size_bytes;
}

// A longer call than usual counts at once, a shorter one little by little: guessing too few ahead
// costs microseconds, too many may cost the length of a call.
std::unique_ptr<rank_call> rank_desk::answered(std::chrono::nanoseconds took) {
  PIRN_ASSERT(!calls_.empty(), "a rank answers what it was asked");
  constexpr double weight = 0.25;
  const auto last_ns = static_cast<double>(took.count());
  usual_ns_ = std::max(last_ns, usual_ns_ + weight * (last_ns - usual_ns_));
  const double fitting = static_cast<double>(work_ahead.count()) / std::max(usual_ns_, 1.0);
  ahead_ = static_cast<std::size_t>(std::clamp(fitting, 1.0, static_cast<double>(ahead_max)));
  return take(0);
}

std::unique_ptr<rank_call> rank_desk::given_back() {
  PIRN_ASSERT(calls_.size() > 1, "a rank gives back what is behind the call that it makes");
  return take(1);
}

std::unique_ptr<rank_call> rank_desk::take(std::size_t index) {
  const auto place = calls_.begin() + static_cast<std::ptrdiff_t>(index);
  entry taken = std::move(*place);
  calls_.erase(place);
  size_bytes_ -= taken.size_bytes;
  return std::move(taken.call);
}

}  // namespace pirn::detail
