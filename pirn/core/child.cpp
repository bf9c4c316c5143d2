#include "pirn/core/child.hpp"

namespace pirn {

task_handle& task_handle::operator=(task_handle&& other) noexcept {
  if (this == &other) return *this;
  drop();
  record_ = std::exchange(other.record_, nullptr);
  frame_ = std::exchange(other.frame_, nullptr);
  return *this;
}

void task_handle::free_ended() noexcept {
  frame_.destroy();
  record_->destroy();
}

}  // namespace pirn
