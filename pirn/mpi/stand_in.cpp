#include "pirn/mpi/stand_in.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::detail {
namespace {

using namespace std::chrono_literals;

// Twice what a rank is given ahead: who is shorter has not kept anybody waiting. A look costs some
// microseconds.
constexpr std::chrono::nanoseconds look_every = 2ms;
// Rank 0 gives no more once it knows; only what was on its way still comes.
constexpr std::chrono::nanoseconds look_seldom = 8ms;

}  // namespace

stand_in::stand_in(rank_link& link) : link_(link), thread_([this] { watch(); }) {}

stand_in::~stand_in() {
  ending_ = true;
  bell_.ring();
  thread_.join();
}

stand_in::absence::absence(stand_in& other) noexcept : other_(other) {
  other_.worker_at_link_.unlock();
  ++other_.calls_;
  if (other_.idle_) other_.bell_.ring();
}

stand_in::absence::~absence() {
  ++other_.calls_;
  other_.worker_at_link_.lock();
}

void stand_in::watch() {
  std::uint32_t seen = calls_;
  while (!ending_) {
    const std::uint32_t heard = bell_.heard();
    if (!ending_) bell_.wait(heard, look_every);
    if (const std::uint32_t now = calls_; now != seen) {
      seen = now;
    } else if (seen % 2 == 0) {
      wait_for_calls(seen);
    } else {
      give_back_behind(seen);
    }
  }
}

void stand_in::wait_for_calls(std::uint32_t idle_since) {
  const std::uint32_t heard = bell_.heard();
  idle_ = true;
  if (calls_ == idle_since && !ending_) bell_.wait(heard, std::nullopt);
  idle_ = false;
}

// The calls arrive in their order and go back in it; rank 0 knows them by that.
void stand_in::give_back_behind(std::uint32_t call) {
  bool is_told = false;
  for (std::chrono::nanoseconds pause = look_every; !ending_;
       pause = std::min(2 * pause, look_seldom)) {
    const std::uint32_t heard = bell_.heard();
    {
      const std::unique_lock lock(at_link_, std::try_to_lock);
      if (!lock || calls_ != call) return;  // the worker is back
      if (!std::exchange(is_told, true)) {
        link_.send({.what = rank_message::kind::busy, .content = {}});
      }
      while (std::optional<rank_message> message = link_.try_receive()) {
        PIRN_ASSERT(message->what == rank_message::kind::work, "an end comes after all answers");
        message->what = rank_message::kind::back;
        link_.send(std::move(*message));
      }
      (void)link_.still_sending();
    }
    bell_.wait(heard, pause);
  }
}

}  // namespace pirn::detail
