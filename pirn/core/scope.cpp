#include "pirn/core/scope.hpp"

#include <atomic>

#include "pirn/base/assert.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/task_record.hpp"

namespace pirn {

void scope_node::cancel() noexcept {
  cancel_called_ = true;
  if (!cancelled_) reach(false);
}

void scope_node::cancel_through_shields() noexcept {
  cancel_called_ = true;
  reach(true);
}

void scope_node::renew() noexcept {
  PIRN_ASSERT(kind_ == kind::root && children_.empty(), "only an empty root is renewed");
  cancel_called_ = false;
  cancelled_ = false;
}

// Walks the tree below in preorder, without recursion: scopes may be nested deeper than the stack
// allows.
void scope_node::reach(bool through_shields) noexcept {
  scope_node* each = this;
  for (;;) {
    each->cancelled_ = true;
    each->tell_task();
    scope_node* next = each->children_.first();
    for (;;) {
      while (next != nullptr && !through_shields && (next->shield_ || next->cancelled_)) {
        next = next->parent_->children_.next(*next);
      }
      if (next != nullptr) break;
      if (each == this) return;
      scope_node* above = each->parent_;
      next = above->children_.next(*each);
      each = above;
    }
    each = next;
  }
}

void scope_node::tell_task() noexcept {
  switch (kind_) {
    case kind::root:
      return;
    case kind::task:
      static_cast<task_record*>(this)->scope_cancelled(*this);
      return;
    case kind::scope:
    case kind::group: {
      task_record* task = static_cast<open_scope*>(this)->task_;
      if (task != nullptr) task->scope_cancelled(*this);
      return;
    }
  }
}

void open_scope::enter(task_record& task) noexcept {
  task_ = &task;
  attach_below(task.innermost());
  task.set_innermost(*this);
}

void open_scope::leave() noexcept {
  PIRN_ASSERT(&task_->innermost() == this, "scopes are left in the reverse order of entering");
  task_->set_innermost(*parent_);
  task_ = nullptr;
  detach();
}

bool open_scope::swallows() const noexcept {
  return cancel_called_ && (shield_ || !parent_->is_cancelled());
}

cancel_scope::cancel_scope(scope_options options)
    : open_scope(kind::scope), loop_(loop::current()), deadline_(options.deadline) {
  shield_ = options.shield;
}

cancel_scope::~cancel_scope() {
  PIRN_ASSERT(host() == nullptr, "a cancel_scope outlives the work in it");
  if (is_armed()) loop_.timers().remove(*this);
  if (posted_.load()) loop_.mail().withdraw(*this);
}

void cancel_scope::cancel() noexcept {
  if (loop::current_or_null() == &loop_) {
    scope_node::cancel();
  } else if (!posted_.exchange(true)) {
    loop_.mail().post(*this);
  }
}

void cancel_scope::arrived() noexcept {
  scope_node::cancel();
  posted_.store(false);
}

void cancel_scope::set_deadline(time_point deadline) {
  deadline_ = deadline;
  if (host() != nullptr) arm();
}

void cancel_scope::arm() {
  if (is_armed()) loop_.timers().remove(*this);
  if (deadline_ == never || timed_out_) return;
  if (deadline_ <= loop_.now()) {
    fire();
  } else {
    loop_.timers().add(*this, deadline_);
  }
}

void cancel_scope::fire() noexcept {
  timed_out_ = true;
  scope_node::cancel();
}

// Arming may throw, so it comes first.
scope_entry::scope_entry(cancel_scope& scope, task_record& task) : scope_(scope) {
  PIRN_ASSERT(!scope.entered_, "a scope is entered once");
  scope.arm();
  scope.entered_ = true;
  scope.enter(task);
}

scope_entry::~scope_entry() {
  if (scope_.is_armed()) scope_.loop_.timers().remove(scope_);
  scope_.leave();
}

bool scope_entry::catches() noexcept {
  scope_.caught_ = scope_.swallows();
  return scope_.caught_;
}

}  // namespace pirn
