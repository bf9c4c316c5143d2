#include "pirn/world/host_clock.hpp"

#include "pirn/base/assert.hpp"

namespace pirn {

namespace {

constexpr std::int64_t million = 1'000'000;

duration scaled(duration length, std::int64_t times, std::int64_t by) noexcept {
  const __int128 product = static_cast<__int128>(length.count()) * times;
  const __int128 quotient = product / by;
  return quotient > duration::max().count() ? duration::max()
                                            : duration(static_cast<std::int64_t>(quotient));
}

}  // namespace

time_point host_clock::local(time_point world) const noexcept {
  const duration since = world - world_;
  return saturating_add(local_, ppm_ == 0 ? since : scaled(since, million + ppm_, million));
}

time_point host_clock::world(time_point local) const noexcept {
  if (local == never) return never;
  if (local <= local_) return world_;
  if (ppm_ == 0) return saturating_add(world_, local - local_);
  time_point found = saturating_add(world_, scaled(local - local_, million, million + ppm_));
  while (found != never && this->local(found) < local) found += duration(1);  // rounded down
  return found;
}

void host_clock::skew(time_point now, duration ahead) noexcept {
  PIRN_ASSERT(ahead >= duration::zero(), "a clock does not go back");
  start_anew(now);
  local_ = saturating_add(local_, ahead);
}

void host_clock::drift(time_point now, std::int32_t parts_per_million) noexcept {
  PIRN_ASSERT(parts_per_million > -million, "a clock goes on");
  start_anew(now);
  ppm_ = parts_per_million;
}

void host_clock::start_anew(time_point now) noexcept {
  local_ = local(now);
  world_ = now;
}

}  // namespace pirn
