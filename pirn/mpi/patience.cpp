#include "pirn/mpi/patience.hpp"

#include <algorithm>
#include <optional>
#include <thread>

namespace pirn::detail {
namespace {

using namespace std::chrono_literals;

// An answer to a tiny call takes some 20 µs; sleeping and being woken takes twice that.
constexpr std::chrono::nanoseconds awake_for_news = 50us;
// A large message goes over in pieces, and every piece waits for both sides to look.
constexpr std::chrono::nanoseconds awake_for_transfer = 20ms;
// Without a bell: sleeps grow from the first to the second, which is what an idle rank may add to
// the first call after a pause. Looking costs a few µs.
constexpr std::chrono::nanoseconds doze_min = 50us;
constexpr std::chrono::nanoseconds doze_max = 1ms;
// With a bell nothing is missed; this bounds what a lost wake of MPI's own would cost.
constexpr std::chrono::nanoseconds sleep_max = 100ms;

}  // namespace

void patience::renew() noexcept {
  since_ = std::chrono::steady_clock::now();
  doze_ = doze_min;
}

void patience::wait(expectation expected) noexcept {
  const auto waited = std::chrono::steady_clock::now() - since_;
  if (waited < (expected.transfer ? awake_for_transfer : awake_for_news)) {
    std::this_thread::yield();
    return;
  }
  std::optional<std::chrono::nanoseconds> limit;
  if (expected.transfer || (expected.messages && !link_.all_can_ring())) {
    limit = doze_;
    doze_ = std::min(2 * doze_, doze_max);
  } else if (expected.messages) {
    limit = sleep_max;
  }
  if (link_.bell().wait(heard_, limit) && link_.bell().heard() != heard_) renew();
}

}  // namespace pirn::detail
