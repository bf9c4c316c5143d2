// task_record: what the runtime keeps of a running task, once a spawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <source_location>
#include <span>
#include <string>

#include "pirn/core/frame_pool.hpp"
#include "pirn/core/ready_list.hpp"
#include "pirn/core/scope.hpp"

namespace pirn {

class frame_base;
class loop;
class task_group;
class wait_node;

namespace detail {
struct local_binding;
local_binding*& current_bindings() noexcept;
}  // namespace detail

/// Told when a task has ended; a node of the task's list.
class end_observer : public list_hook<> {
 public:
  /// Must not resume a coroutine; moves nodes to the ready list.
  virtual void ended() noexcept = 0;

 protected:
  end_observer() = default;
  ~end_observer() = default;
};

/// A running task: a chain of coroutines with one leaf, which is what gets resumed. It is also the
/// root of the cancel scopes that the task has open.
///
/// Threads: its loop's only.
class task_record : public ready_node, public scope_node {
 public:
  /// A record for the task that begins with `root`, with a copy of the note, of at most 255 bytes,
  /// behind it. Freed by destroy().
  /// Throws: std::bad_alloc.
  static task_record& make(loop& home, scope_node& parent, std::coroutine_handle<> root,
                           std::span<const std::byte> note = {});
  void destroy() noexcept;

  // For looking.
  std::uint64_t id() const noexcept { return id_; }
  /// The name it was given, or else the name of its outermost coroutine; of one that is the
  /// library's own (a spawned call, a time-out) only as long as there is no other.
  std::string name() const;
  bool has_ended() const noexcept { return ended_; }
  /// What it waits for; null when it runs, is ready, or has ended.
  const wait_node* waiting() const noexcept { return waiting_; }
  /// Requires: it waits.
  time_point waiting_since() const noexcept { return waiting_since_; }
  /// The line of the co_await at which its innermost coroutine is that is not the library's own.
  std::source_location where() const noexcept;
  const frame_base* leaf() const noexcept;
  loop& home() const noexcept { return *loop_; }
  /// What its starter had written down behind the record (see task_group::start_noted).
  std::span<const std::byte> note() const noexcept {
    return {reinterpret_cast<const std::byte*>(this + 1), note_bytes_};
  }

  /// Names it; the text is copied.
  void set_name(std::string_view name);
  /// Puts an exception into its present or next wait, once; a waiting task goes ahead of what is
  /// ready.
  void interrupt(std::exception_ptr error) noexcept;

  /// Adds someone to be told of the end, in order of adding.
  /// Requires: it has not ended.
  void observe(end_observer& observer) noexcept { observers_.push_back(observer); }
  void stop_observing(end_observer& observer) noexcept { observers_.remove(observer); }
  bool is_observed() const noexcept { return !observers_.empty(); }
  /// Whether somebody was, when the end came.
  bool was_observed() const noexcept { return observed_at_end_; }

  /// Whether its next wait would throw instead of starting.
  bool must_stop() const noexcept { return attention_ != 0; }
  /// Throws what a wait must throw before it starts: a pending interrupt, else `cancelled`.
  void check_attention() {
    if (attention_ != 0) [[unlikely]]
      throw_attention();
  }
  /// Puts the running task at the end of the ready list, to go on in `frame`.
  void pass_turn(std::coroutine_handle<> frame) noexcept;

  // For scopes.
  scope_node& innermost() const noexcept { return *innermost_; }
  void set_innermost(scope_node& scope) noexcept {
    innermost_ = &scope;
    set_attention(attention_cancel, scope.is_cancelled());
  }
  void scope_cancelled(const scope_node& scope) noexcept;

  // For locks, which point at the task that holds them: it must not end before it lets go
  // (asserted).
  void lock_taken() noexcept { ++locks_held_; }
  void lock_released() noexcept { --locks_held_; }

 private:
  friend class frame_base;
  friend class loop;
  friend class select_wait;
  friend class task_group;
  friend class task_handle;
  friend class wait_node;
  friend class wait_state;
  friend detail::local_binding*& detail::current_bindings() noexcept;

  static constexpr std::uint8_t attention_cancel = 1;
  static constexpr std::uint8_t attention_interrupt = 2;
  static constexpr std::int16_t budget_per_resume = 128;

  struct extras;  // what few tasks have: a copied name, a pending interrupt; and the bindings

  task_record(loop& home, scope_node& parent, std::coroutine_handle<> root) noexcept;
  ~task_record();
  void write_note(std::span<const std::byte> note) noexcept;

  void set_attention(std::uint8_t bit, bool on) noexcept {
    attention_ = static_cast<std::uint8_t>(on ? attention_ | bit : attention_ & ~bit);
  }
  [[noreturn, gnu::cold]] void throw_attention();
  std::exception_ptr take_interrupt() noexcept;
  extras& more();
  detail::local_binding*& bindings() noexcept { return has_extras_ ? extra_bindings() : bindings_; }
  detail::local_binding*& extra_bindings() noexcept;
  void ask_wait_to_end(bool by_interrupt) noexcept;

  /// Called once by the outermost coroutine at its end; frees the record unless it is held.
  /// Returns: whether the frame is to be destroyed.
  bool root_ended() noexcept;
  /// root_ended() for an end by an exception.
  [[gnu::cold]] bool root_failed(std::exception_ptr error) noexcept;
  /// Tells the observers and leaves the tree.
  /// Returns: the group that ran it, or null.
  task_group* retire() noexcept;
  /// Returns: whether nobody holds the record, which then is gone.
  bool free_unless_held() noexcept;

  // First what fits into the end of the base: there may be a million records.
  std::uint8_t attention_ = 0;
  std::uint8_t note_bytes_ = 0;
  bool held_ : 1 = false;  // a task_handle owns frame and record
  bool ended_ : 1 = false;
  bool was_cancelled_ : 1 = false;  // it ended by `cancelled`
  bool failed_ : 1 = false;         // it ended by an exception
  bool observed_at_end_ : 1 = false;
  bool has_extras_ : 1 = false;
  std::int16_t budget_ = budget_per_resume;
  std::uint16_t locks_held_ = 0;
  loop* loop_;
  scope_node* innermost_;
  std::coroutine_handle<> leaf_;
  wait_node* waiting_ = nullptr;
  intrusive_list<end_observer> observers_;
  union {
    detail::local_binding* bindings_ = nullptr;
    extras* extras_;
  };
  std::uint64_t id_;
};

static_assert(sizeof(task_record) == 112);

}  // namespace pirn
