#include "pirn/core/child.hpp"

namespace pirn {

task_handle& task_handle::operator=(task_handle&& other) noexcept {
  if (this == &other) return *this;
  drop();
  record_ = std::exchange(other.record_, nullptr);
  frame_ = std::exchange(other.frame_, nullptr);
  return *this;
}

void task_handle::drop() noexcept {
  if (record_ == nullptr) return;
  if (record_->has_ended()) {
    frame_.destroy();
    delete record_;
  } else {
    PIRN_ASSERT(!record_->is_observed(), "a child is dropped while somebody waits for its end");
    record_->held_ = false;  // frees itself at its end
  }
  record_ = nullptr;
}

}  // namespace pirn
