#include "pirn/process/pool_worker.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace pirn::detail {

void pool_worker::kill() noexcept {
  if (process_.pidfd) send_signal(pidfd(), SIGKILL);
}

bool pool_worker::could_not_send() const noexcept {
  return send_error != 0 && send_error != EPIPE && send_error != ECONNRESET;
}

bool pool_worker::has_room(std::size_t depth) const noexcept {
  if (calls_.size() >= depth || calls_left_ == 0 || !can_be_sent_to()) return false;
  // A slot is used again only after its call has ended.
  return calls_.empty() || last_number_ + 1 - calls_.front().number < call_slots::count;
}

void pool_worker::give(pool_call& call) {
  const std::uint32_t number = last_number_ + 1;
  if (calls_.empty()) last_news = clock::now();
  calls_.push_back({number, &call});
  try {
    stream_.queue(frame_kind::call, number, call.message, call.beside.descriptors());
  } catch (...) {
    calls_.pop_back();
    throw;
  }
  slots_.offer(number);
  last_number_ = number;
  if (calls_left_ != no_limit) --calls_left_;
}

pool_call* pool_worker::finished(std::uint32_t number) noexcept {
  if (calls_.empty()) return nullptr;
  // By how far each is behind the oldest: that stays true when the numbers begin again at zero.
  const std::uint32_t oldest = calls_.front().number;
  auto distance = [oldest](const sent& each) { return each.number - oldest; };
  auto found = std::ranges::lower_bound(calls_, number - oldest, {}, distance);
  if (found == calls_.end() || found->number != number) return nullptr;
  pool_call* call = found->call;
  calls_.erase(found);
  return call;
}

pool_call* pool_worker::take_lost() noexcept {
  const auto found = std::ranges::find_if(calls_, [this](const sent& each) {
    return frame_stream::passes_descriptors(each.call->message, each.call->beside.descriptors()) &&
           !slots_.was_begun(each.number);
  });
  if (found == calls_.end() || !std::exchange(found->call->was_lost, true)) return nullptr;
  pool_call* call = found->call;
  calls_.erase(found);
  return call;
}

std::size_t pool_worker::take_back_half(intrusive_list<pool_call>& into) noexcept {
  const std::size_t wanted = calls_.size() / 2;
  std::size_t taken = 0;
  while (taken < wanted && slots_.take_back(calls_.back().number)) {
    into.push_front(*calls_.back().call);
    calls_.pop_back();
    if (calls_left_ != no_limit) ++calls_left_;
    ++taken;
  }
  return taken;
}

std::size_t pool_worker::take_all(std::vector<pool_call*>& begun, intrusive_list<pool_call>& into) {
  std::size_t taken = 0;
  for (; !calls_.empty(); calls_.pop_back()) {
    auto [number, call] = calls_.back();
    if (could_not_send() || slots_.was_begun(number)) {
      begun.push_back(call);
    } else {
      into.push_front(*call);
      ++taken;
    }
  }
  return taken;
}

}  // namespace pirn::detail
