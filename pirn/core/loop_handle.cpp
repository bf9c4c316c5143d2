#include "pirn/core/loop_handle.hpp"

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/loop.hpp"

namespace pirn {

namespace detail {

// Inside, the loop is still there to be woken, and with it its own hold on the door.
void loop_door::drop() noexcept {
  const bool inside = enter();
  const unsigned before = holders_.fetch_sub(1);
  if (inside) {
    if (before == 2 && loop::current_or_null() != &home_) home_.driver().wake();
    leave();
  } else if (before == 1) {
    delete this;
  }
}

}  // namespace detail

loop_handle::loop_handle(loop& home) noexcept : door_(&home.door()) {
  door_->hold();
}

bool loop_handle::is_here() const noexcept {
  const loop* here = loop::current_or_null();
  return here != nullptr && &here->door() == door_;
}

bool loop_handle::post(std::move_only_function<void()> fn) const {
  if (!door().enter()) return false;
  const scope_exit leaving([this] { door_->leave(); });
  door_->home().post(std::move(fn));
  return true;
}

bool loop_handle::post(inbox_message& message) const noexcept {
  if (!door().enter()) return false;
  door_->home().mail().post(message);
  door_->leave();
  return true;
}

void loop_handle::follow(inbox_message& message) const noexcept {
  door().home().mail().post(message);
}

}  // namespace pirn
