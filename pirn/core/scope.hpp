// scope: what can be cancelled: the tree of cancel scopes, tasks and groups.
#pragma once

#include <cstdint>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/base/time.hpp"
#include "pirn/core/inbox.hpp"
#include "pirn/core/timer.hpp"

namespace pirn {

class loop;
class task_record;

/// A node of the cancellation tree: a task, a scope that a task has open, a group. Cancelling one
/// reaches everything below it but what a shield keeps; it stays cancelled (level-triggered).
class scope_node : public list_hook<scope_node> {
 public:
  enum class kind : std::uint8_t { root, task, scope, group };

  /// Cancels this node and all below it. Waits that end by it become ready; nothing is resumed
  /// here.
  void cancel() noexcept;

  /// Cancels this node and all below it, shields or not: the last resort against a deadlock.
  void cancel_through_shields() noexcept;

  /// Takes the cancelling back, for the next main task.
  /// Requires: a root with nothing below it.
  void renew() noexcept;

  kind type() const noexcept { return kind_; }
  /// Whether cancel() was called on this very node.
  bool cancel_called() const noexcept { return cancel_called_; }
  /// Whether what runs here is cancelled, from here or from above.
  bool is_cancelled() const noexcept { return cancelled_; }
  bool is_shield() const noexcept { return shield_; }

  const scope_node* parent() const noexcept { return parent_; }
  const intrusive_list<scope_node, scope_node>& children() const noexcept { return children_; }

 protected:
  explicit scope_node(kind type) noexcept : kind_(type) {}
  ~scope_node() { PIRN_ASSERT(children_.empty(), "a scope ends after all that was started in it"); }

  void attach_below(scope_node& parent) noexcept {
    parent_ = &parent;
    parent.children_.push_back(*this);
    if (!shield_ && parent.cancelled_) cancelled_ = true;
  }
  void detach() noexcept {
    parent_->children_.remove(*this);
    parent_ = nullptr;
  }

  scope_node* parent_ = nullptr;
  intrusive_list<scope_node, scope_node> children_;
  // In one byte, so that a task's record has room for its own small things behind it.
  kind kind_ : 2;
  bool cancel_called_ : 1 = false;
  bool cancelled_ : 1 = false;
  bool shield_ : 1 = false;

 private:
  void reach(bool through_shields) noexcept;
  void tell_task() noexcept;
};

/// A scope that a task has open: entered and left in stack order by that task alone.
class open_scope : public scope_node {
 public:
  task_record* host() const noexcept { return task_; }

 protected:
  explicit open_scope(kind type) noexcept : scope_node(type) {}

  void enter(task_record& task) noexcept;
  void leave() noexcept;
  /// Whether a `cancelled` that leaves this scope is its own: it was cancelled, and what is around
  /// it was not.
  bool swallows() const noexcept;

 private:
  friend class scope_node;
  task_record* task_ = nullptr;
};

struct scope_options {
  time_point deadline = never;
  bool shield = false;  ///< what cancels from outside does not reach the work inside
};

/// A region of work that can be cancelled, by hand or by a deadline; run work in it with
/// `within(scope, task)`.
///
/// Threads:  made, entered and left on its loop's thread; `cancel()` from any.
/// Lifetime: must outlive the work in it and, for other threads, their calls. One use.
/// Source:   Trio's CancelScope; asyncio.timeout().
class cancel_scope final : public open_scope, private timer_node, private inbox_message {
 public:
  cancel_scope() : cancel_scope(scope_options{}) {}
  explicit cancel_scope(scope_options options);
  ~cancel_scope();

  /// Cancels the work inside, now or when it is entered. From another thread the loop is told.
  void cancel() noexcept;

  time_point deadline() const noexcept { return deadline_; }
  /// Moves the deadline; `never` takes it away. After it has fired nothing changes.
  void set_deadline(time_point deadline);

  /// Whether the deadline came.
  bool timed_out() const noexcept { return timed_out_; }
  /// Whether the scope ended by swallowing its own `cancelled`.
  bool cancelled_caught() const noexcept { return caught_; }

 private:
  friend class scope_entry;

  void fire() noexcept override;
  void arrived() noexcept override;
  void arm();

  loop& loop_;
  time_point deadline_ = never;
  std::atomic<bool> posted_{false};
  bool entered_ = false;
  bool timed_out_ = false;
  bool caught_ = false;
};

/// Holds a task inside a scope for as long as it lives.
///
/// Requires: the scope was not entered before; entries of one task end in the reverse order.
class scope_entry {
 public:
  scope_entry(cancel_scope& scope, task_record& task);
  scope_entry(scope_entry&&) = delete;  // the scope's stack order
  ~scope_entry();

  /// Said when `cancelled` has left the work.
  /// Returns: whether the scope swallows it.
  bool catches() noexcept;

 private:
  cancel_scope& scope_;
};

}  // namespace pirn
