#include "pirn/run/signal_stream.hpp"

#include <algorithm>

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

signal_stream::signal_stream(std::span<const int> numbers) : signal_mail(loop::current()) {
  detail::signal_listener& told = *this;
  for (int each : numbers) {
    const auto known = std::ranges::find(kinds_, each, &detail::signal_subscription::number);
    if (known == kinds_.end()) kinds_.emplace_back(each, told);
  }
}

bool signal_stream::signal_came(int) noexcept {
  post();
  return true;
}

void signal_stream::signals_arrived() noexcept {
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
