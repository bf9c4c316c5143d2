#include "pirn/core/task_group.hpp"

#include <algorithm>

#include "pirn/core/dump.hpp"

namespace pirn {

/// The owner's wait for the group's last child. It cannot be cancelled: cancelling the owner
/// cancels the children, and the wait ends with them.
class join_wait final : public awaitable<join_wait> {
 public:
  explicit join_wait(task_group& group) noexcept : group_(group) {}

  std::string describe() const override {
    return "end of " + std::to_string(group_.active_) + " children";
  }
  // Unlike other waits it starts in a cancelled scope too.
  bool await_ready() const noexcept { return group_.active_ == 0; }
  void await_resume() const noexcept {}

 private:
  friend class awaitable<join_wait>;
  friend class task_group;
  bool try_complete() const noexcept { return group_.active_ == 0; }
  void enqueue() noexcept { group_.joining_ = this; }
  cancel_answer withdraw() noexcept override { return cancel_answer::refused; }

  task_group& group_;
};

task_group::task_group(task_record& owner) noexcept : open_scope(kind::group) {
  enter(owner);
}

task_group::~task_group() {
  if (active_ != 0) {
    const std::string text =
        "a group ends after its children; there are left:\n" + describe_tasks(*this);
    detail::assertion_failed("no child left", text.c_str());
  }
  if (host() != nullptr) leave();
}

task_record& task_group::adopt(frame_base& root, std::coroutine_handle<> frame,
                               std::span<const std::byte> note) {
  PIRN_ASSERT(host() != nullptr, "the group has ended");
  // Freed by itself, or by its child.
  task_record& record = task_record::make(host()->home(), *this, frame, note);
  root.become_root(record);
  ++active_;
  host()->home().make_ready(record);
  return record;
}

void task_group::child_failed(const task_record& child, std::exception_ptr error) noexcept {
  if (child.was_cancelled_) {
    cut_short_ = true;
  } else {
    add_failure(std::move(error));
    cancel();
  }
}

void task_group::wake_joining() noexcept {
  std::exchange(joining_, nullptr)->wake();
}

// A child's failure that the body met by awaiting the child is one failure, not two.
void task_group::add_failure(std::exception_ptr error) {
  if (std::ranges::find(failures_, error) == failures_.end()) failures_.push_back(std::move(error));
}

task<> task_group::settle(std::exception_ptr body_error) {
  const bool body_cancelled = is_cancellation(body_error);
  const bool by_group = cancel_called();  // its own cancel() is what the body may have met
  if (body_error) {
    if (!body_cancelled) {
      std::erase(failures_, body_error);
      failures_.insert(failures_.begin(), body_error);  // the body's failure comes first
    }
    cancel();
  }
  while (active_ > 0) {  // another task may start a child before this one has its turn
    join_wait children_end(*this);
    co_await children_end;
  }
  const bool from_outside = parent_->is_cancelled();
  leave();
  if (!failures_.empty()) co_return;
  if (body_cancelled && !by_group) throw cancelled{};
  if (from_outside && (body_cancelled || cut_short_)) throw cancelled{};
}

task<> task_group::join(std::exception_ptr body_error) {
  co_await settle(std::move(body_error));
  if (!failures_.empty()) throw exception_group(std::move(failures_));
}

task<> task_group::join_first(std::exception_ptr body_error) {
  co_await settle(std::move(body_error));
  if (!failures_.empty()) std::rethrow_exception(failures_.front());
}

}  // namespace pirn
