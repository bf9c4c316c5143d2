#include "pirn/sim/stream_sender.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/sim/connection.hpp"
#include "pirn/sim/network.hpp"
#include "pirn/sim/retransmission.hpp"

namespace pirn::sim {

void stream_sender::open(const limits& both) noexcept {
  buffer_bytes_ = both.buffer_bytes;
  window_ = both.window_bytes;
  // A packet that waits for the window is not cut, so it must fit into the half that the peer
  // always announces.
  packet_bytes_ = std::clamp(both.window_bytes / 2, 1U, packet_max_bytes);
}

started stream_sender::start(send_operation& request) {
  apply_due();
  transmit_unsent();
  request_ = &request;
  slice_ = in_slice_ = remaining_ = 0;
  for (const slice& each : request.slices) remaining_ += each.size;
  const bool all_taken = fill();
  if (all_taken) {
    request_ = nullptr;
    request.result = 0;
  } else {
    from_.ledger().take(request, request_kind::send);
  }
  arm();
  return all_taken ? started::done : started::pending;
}

void stream_sender::withdraw() noexcept {
  request_ = nullptr;
  if (unsent_.empty() && is_armed()) net_.events().remove(*this);
}

void stream_sender::finish() {
  if (finished_) return;
  finished_ = true;
  transmit_unsent();
  if (request_ == nullptr) return;
  // Its completion is said from within a poll.
  if (is_armed()) net_.events().remove(*this);
  net_.events().add(*this, net_.events().now());
}

send_operation* stream_sender::stop() noexcept {
  finished_ = closed_ = true;
  while (!unsent_.empty()) net_.packets().put(unsent_.pop_front());
  notes_.clear();
  heard_ = 0;
  missed_ = {};
  if (is_armed()) net_.events().remove(*this);
  go_on();
  return std::exchange(request_, nullptr);
}

void stream_sender::hear(time_point when, const feedback& told) {
  if (closed_) return;
  if (heard_ == notes_.size()) {
    notes_.clear();
    heard_ = 0;
  }
  if (!notes_.empty() && notes_.back().when >= when) {
    notes_.back().told.acknowledged_bytes += told.acknowledged_bytes;
    notes_.back().told.window_bytes += told.window_bytes;
    return;
  }
  notes_.push_back({when, told});
  arm();
}

void stream_sender::miss(const feedback& told) {
  if (closed_) return;
  missed_.acknowledged_bytes += told.acknowledged_bytes;
  missed_.window_bytes += told.window_bytes;
  if (told.acknowledged_bytes > 0) stall();
}

void stream_sender::hear_missed(time_point when) {
  if (has_missed()) hear(when, std::exchange(missed_, {}));
}

void stream_sender::stall() {
  if (patience_end_.is_armed()) return;
  stalled_since_ = net_.events().now();
  net_.events().add(patience_end_, saturating_add(stalled_since_, patience));
}

duration stream_sender::until_retry() const noexcept {
  if (!patience_end_.is_armed()) return duration::zero();
  return until_next_retry(net_.events().now() - stalled_since_);
}

void stream_sender::go_on() noexcept {
  if (patience_end_.is_armed()) net_.events().remove(patience_end_);
}

void stream_sender::end_of_patience::fire() noexcept {
  from.net().given_up(from);
}

void stream_sender::fire() noexcept {
  net_.decisions().note(net_.events().now(), decision::feedback, from_.number(), window_);
  apply_due();
  transmit_unsent();
  if (request_ != nullptr && finished_) {
    from_.ledger().complete(*std::exchange(request_, nullptr), -EPIPE);
  } else if (request_ != nullptr && fill()) {
    from_.ledger().complete(*std::exchange(request_, nullptr), 0);
  }
  arm();
  net_.settle(from_.whole());
}

void stream_sender::apply_due() noexcept {
  const time_point now = net_.events().now();
  for (; heard_ < notes_.size() && notes_[heard_].when <= now; ++heard_) {
    unacknowledged_ -= notes_[heard_].told.acknowledged_bytes;
    window_ += notes_[heard_].told.window_bytes;
  }
  if (heard_ >
      64) {  // now and then, so that a sender with something always under way does not grow
    notes_.erase(notes_.begin(), notes_.begin() + static_cast<std::ptrdiff_t>(heard_));
    heard_ = 0;
  }
}

void stream_sender::transmit_unsent() {
  while (!unsent_.empty() && unsent_.front().size <= window_) {
    packet& next = unsent_.pop_front();
    window_ -= next.size;
    net_.transmit(next, from_.other_end());
  }
  if (!finished_ || closed_ || !unsent_.empty()) return;
  closed_ = true;
  net_.transmit(net_.packets().take(decision::fin, 0), from_.other_end());
}

// Moves bytes of the request into packets while there is room in the send buffer. Returns: whether
// it has no more.
bool stream_sender::fill() {
  while (remaining_ > 0) {
    std::size_t count = std::min<std::size_t>(remaining_, buffer_bytes_ - unacknowledged_);
    if (count == 0) return false;
    if (!unsent_.empty()) {
      packet& last = unsent_.back();
      if (const std::uint32_t room =
              std::min(last.room(), packet_bytes_ - std::min(packet_bytes_, last.size))) {
        copy_into(last, std::min<std::size_t>(count, room));
        continue;
      }
    }
    const bool leaves_now = unsent_.empty() && window_ > 0;
    count =
        std::min<std::size_t>(count, leaves_now ? std::min(packet_bytes_, window_) : packet_bytes_);
    packet& fresh = net_.packets().take(decision::data, static_cast<std::uint32_t>(count));
    copy_into(fresh, count);
    if (leaves_now) {
      window_ -= fresh.size;
      net_.transmit(fresh, from_.other_end());
    } else {
      unsent_.push_back(fresh);
    }
  }
  return true;
}

void stream_sender::copy_into(packet& to, std::size_t count) noexcept {
  for (std::size_t left = count; left > 0;) {
    const slice& from = request_->slices[slice_];
    const std::size_t run = std::min(left, from.size - in_slice_);
    to.append({from.data + in_slice_, run});
    in_slice_ += run;
    left -= run;
    if (in_slice_ == from.size) {
      ++slice_;
      in_slice_ = 0;
    }
  }
  remaining_ -= count;
  request_->sent_bytes += count;
  unacknowledged_ += static_cast<std::uint32_t>(count);
}

// Feedback becomes an event when something waits for it.
void stream_sender::arm() {
  if (is_armed() || heard_ == notes_.size()) return;
  if (request_ == nullptr && unsent_.empty()) return;
  net_.events().add(*this, std::max(notes_[heard_].when, net_.events().now()));
}

}  // namespace pirn::sim
