#include "pirn/simulation/replication_stop.hpp"

#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/loop.hpp"

namespace pirn::des::detail {

namespace {
constinit thread_local replication_stop* of_this_thread = nullptr;
}

replication_stop::scope::scope(replication_stop& asked) noexcept
    : before_(std::exchange(of_this_thread, &asked)) {}

replication_stop::scope::~scope() {
  of_this_thread = before_;
}

void replication_stop::request() noexcept {
  const std::scoped_lock lock(mutex_);
  if (requested_.exchange(true)) return;
  for (stop_listener* each = listeners_.first(); each != nullptr; each = listeners_.next(*each)) {
    each->home_->post(*each);
  }
}

void stop_listener::listen(loop& home) noexcept {
  source_ = of_this_thread;
  if (source_ == nullptr) return;
  home_ = &home.mail();
  const std::scoped_lock lock(source_->mutex_);
  source_->listeners_.push_back(*this);
}

void stop_listener::leave() noexcept {
  if (source_ == nullptr) return;
  const std::scoped_lock lock(source_->mutex_);
  source_->listeners_.remove(*this);
}

void stop_listener::check() const {
  if (source_ != nullptr && source_->is_requested()) throw cancelled{};
}

}  // namespace pirn::des::detail
