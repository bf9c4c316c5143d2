#include "stop_switch.hpp"

namespace pirn::apps {

void stop_switch::stop() noexcept {
  const std::scoped_lock lock(mutex_);
  stopped_ = true;
  for (cancel_scope* each : scopes_) each->cancel();
}

bool stop_switch::is_stopped() const noexcept {
  const std::scoped_lock lock(mutex_);
  return stopped_;
}

stop_switch::reach::reach(stop_switch& by, cancel_scope& scope) : by_(by), scope_(scope) {
  const std::scoped_lock lock(by_.mutex_);
  by_.scopes_.push_back(&scope);
  if (by_.stopped_) scope.cancel();
}

stop_switch::reach::~reach() {
  const std::scoped_lock lock(by_.mutex_);
  std::erase(by_.scopes_, &scope_);
}

}  // namespace pirn::apps
