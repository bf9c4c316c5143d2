#include "pirn/core/task_record.hpp"

#include <algorithm>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/frame.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/task_local.hpp"

namespace pirn {

static_assert(alignof(task_record) >= 8, "waits keep a number in the pointer to their task");

struct task_record::extras {
  detail::local_binding* bindings;
  std::string name{};
  std::exception_ptr interrupt{};
};

task_record::~task_record() {
  if (detail::local_binding* const chain = bindings()) detail::drop_bindings(chain);
  if (has_extras_) delete extras_;
}

void task_record::destroy() noexcept {
  const std::size_t note_bytes = note_bytes_;
  this->~task_record();
  detail::deallocate_frame(this, sizeof(task_record) + note_bytes);
}

void task_record::write_note(std::span<const std::byte> note) noexcept {
  note_bytes_ = static_cast<std::uint8_t>(note.size());
  std::ranges::copy(note, reinterpret_cast<std::byte*>(this + 1));
}

task_record::extras& task_record::more() {
  if (!has_extras_) {
    extras_ = new extras{.bindings = bindings_};  // owned; freed with the record
    has_extras_ = true;
  }
  return *extras_;
}

detail::local_binding*& task_record::extra_bindings() noexcept {
  return extras_->bindings;
}

const frame_base* task_record::leaf() const noexcept {
  return frame_base::in_frame(leaf_);
}

std::string task_record::name() const {
  if (has_extras_ && !extras_->name.empty()) return extras_->name;
  const frame_base* outermost = leaf();
  const frame_base* programs_own = nullptr;
  for (const frame_base* each = leaf(); each != nullptr; each = each->caller()) {
    outermost = each;
    if (!each->is_plumbing()) programs_own = each;
  }
  return (programs_own != nullptr ? programs_own : outermost)->function_name();
}

void task_record::set_name(std::string_view name) {
  more().name = name;
}

std::source_location task_record::where() const noexcept {
  const frame_base* each = leaf();
  while (each->is_plumbing() && each->caller() != nullptr) each = each->caller();
  return each->where();
}

void task_record::interrupt(std::exception_ptr error) noexcept {
  if (ended_) return;
  more().interrupt = std::move(error);
  set_attention(attention_interrupt, true);
  ask_wait_to_end(true);
}

std::exception_ptr task_record::take_interrupt() noexcept {
  set_attention(attention_interrupt, false);
  return std::exchange(extras_->interrupt, nullptr);
}

void task_record::throw_attention() {
  if ((attention_ & attention_interrupt) != 0) std::rethrow_exception(take_interrupt());
  throw cancelled{};
}

void task_record::scope_cancelled(const scope_node& scope) noexcept {
  if (&scope != innermost_ || ended_) return;
  set_attention(attention_cancel, true);
  ask_wait_to_end(false);
}

void task_record::ask_wait_to_end(bool by_interrupt) noexcept {
  if (waiting_ == nullptr) return;  // running or ready: its next wait throws
  wait_node& wait = *waiting_;
  switch (wait.withdraw()) {
    case cancel_answer::gone:
      wait.end_early(by_interrupt ? wait_node::ending::interrupted : wait_node::ending::cancelled);
      return;
    case cancel_answer::pending:  // it ends by its own completion
    case cancel_answer::refused:
      return;
  }
}

inline task_group* task_record::retire() noexcept {
  PIRN_ASSERT(innermost_ == this, "a task leaves the scopes that it entered");
  PIRN_ASSERT(locks_held_ == 0, "a task unlocks what it locked before it ends");
  ended_ = true;
  observed_at_end_ = !observers_.empty();
  while (!observers_.empty()) [[unlikely]]
    observers_.pop_front().ended();
  scope_node* above = parent_;
  detach();
  return above->type() == kind::group ? static_cast<task_group*>(above) : nullptr;
}

inline bool task_record::free_unless_held() noexcept {
  if (held_) return false;
  destroy();
  return true;
}

bool task_record::root_ended() noexcept {
  if (task_group* group = retire()) group->child_ended();
  return free_unless_held();
}

bool task_record::root_failed(std::exception_ptr error) noexcept {
  failed_ = true;
  was_cancelled_ = is_cancellation(error);
  task_group* group = retire();
  if (group != nullptr) {
    group->child_failed(*this, std::move(error));
    group->child_ended();
  }
  return free_unless_held();
}

}  // namespace pirn
