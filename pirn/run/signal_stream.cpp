#include "pirn/run/signal_stream.hpp"

namespace pirn {

signal_wait::signal_wait(signal_stream& from) noexcept : awaitable(from.waiters_), from_(from) {}

std::string signal_wait::describe() const {
  std::string text;
  for (const detail::signal_subscription& each : from_.kinds_) {
    if (!text.empty()) text += " or ";
    text += detail::name_of_signal(each.number());
  }
  return text;
}

bool signal_wait::try_complete() noexcept {
  number_ = from_.take();
  return number_ != 0;
}

void signal_wait::enqueue() noexcept {
  list_wait::enqueue();
  from_.home_.outside_work_started();
}

cancel_answer signal_wait::withdraw() noexcept {
  from_.home_.outside_work_ended();
  return list_wait::withdraw();
}

signal_stream::signal_stream(std::span<const int> numbers) : home_(loop::current()) {
  try {
    signal_listener& told = *this;
    for (int each : numbers) kinds_.emplace_back(each, told);
  } catch (...) {
    kinds_.clear();
    if (on_the_way_.load()) home_.mail().withdraw(*this);
    throw;
  }
}

signal_stream::~signal_stream() {
  kinds_.clear();  // nobody posts any more
  if (on_the_way_.load()) home_.mail().withdraw(*this);
}

// Posting is atomics and one write(2): allowed in a handler.
void signal_stream::signal_came() noexcept {
  if (!on_the_way_.exchange(true)) home_.mail().post(*this);
}

// What comes from here on is posted again.
void signal_stream::arrived() noexcept {
  on_the_way_.store(false);
  while (!waiters_.empty()) {
    const int number = take();
    if (number == 0) return;
    auto& first = static_cast<signal_wait&>(waiters_.front());
    first.number_ = number;
    home_.outside_work_ended();
    waiters_.wake(first);
  }
}

int signal_stream::take() noexcept {
  for (detail::signal_subscription& each : kinds_) {
    if (each.take()) return each.number();
  }
  return 0;
}

}  // namespace pirn
