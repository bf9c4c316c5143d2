#include "pirn/simulation/unhandled_failures.hpp"

#include <algorithm>
#include <ranges>

#include "pirn/core/loop.hpp"

namespace pirn::des::detail {

unhandled_failures::~unhandled_failures() {
  if (is_armed()) home_.timers().remove(*this);
}

void unhandled_failures::add(const void* event, const std::exception_ptr& error) {
  entries_.push_back({event, error});
  if (!is_armed()) home_.timers().add(*this, home_.now());
}

// The youngest: an event that has ended may have been at the same address.
void unhandled_failures::remove(const void* event) noexcept {
  const auto found = std::ranges::find(entries_ | std::views::reverse, event, &entry::event);
  if (found != entries_.rend()) entries_.erase(std::next(found).base());
}

void unhandled_failures::fire() noexcept {
  if (entries_.empty()) return;
  if (failure_ == nullptr) failure_ = entries_.front().error;
  stopped_ = true;
  entries_.clear();
}

}  // namespace pirn::des::detail
