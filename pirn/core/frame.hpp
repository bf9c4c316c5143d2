// frame: the four words that every coroutine of a task begins with, and what it may co_await.
#pragma once

#include <coroutine>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/core/frame_pool.hpp"
#include "pirn/core/task_record.hpp"
#include "pirn/core/wait.hpp"

namespace pirn {

class frame_base;

/// What a coroutine of a task may await besides waits: something that makes its own awaiter for the
/// caller's frame.
template <class Source>
concept awaited_by_frame = requires(Source&& source, frame_base& caller) {
  std::forward<Source>(source).awaited_by(caller);
};

template <class Wait>
concept wait_like = std::is_base_of_v<wait_node, std::remove_cvref_t<Wait>>;

/// Awaits a wait where it stands. GCC 12 copies an awaiter that await_transform returns by
/// reference.
template <class Wait>
class wait_reference {
 public:
  explicit wait_reference(Wait& wait) noexcept : wait_(wait) {}
  bool await_ready() const { return wait_.await_ready(); }
  void await_suspend(std::coroutine_handle<> frame) const { wait_.await_suspend(frame); }
  decltype(auto) await_resume() const { return wait_.await_resume(); }

 private:
  Wait& wait_;
};

/// Base of the promises of tasks and async generators.
///
/// A chain of frames is one task: `caller` leads to the frame that awaits this one, up to the root,
/// which has none; `record` is the task's. `where` is the co_await that the frame is at.
class frame_base : public detail::pooled_frame {
 public:
  frame_base(frame_base&&) = delete;  // callers and records point at it

  const frame_base* caller() const noexcept { return caller_; }
  std::source_location where() const noexcept { return where_; }
  /// The coroutine's unqualified name; a lambda's is that of the function in which it stands.
  std::string function_name() const;
  /// Whether the coroutine only keeps another one going: a group, a time-out, a spawned call.
  bool is_plumbing() const;

  std::suspend_always initial_suspend() const noexcept { return {}; }

  template <wait_like Wait>
  wait_reference<std::remove_reference_t<Wait>> await_transform(
      Wait&& wait, std::source_location where = std::source_location::current()) noexcept {
    arrive(where);
    wait.bind(*record_);
    return wait_reference<std::remove_reference_t<Wait>>(wait);
  }

  template <awaited_by_frame Source>
  decltype(auto) await_transform(Source&& source,
                                 std::source_location where = std::source_location::current()) {
    arrive(where);
    return std::forward<Source>(source).awaited_by(*this);
  }

  template <class Foreign>
    requires(!wait_like<Foreign> && !awaited_by_frame<Foreign>)
  void await_transform(Foreign&&) {
    static_assert(sizeof(Foreign) == 0,
                  "a task awaits tasks, waits, children and futures; a task by value needs "
                  "std::move; wrap a foreign awaitable with pirn::adapt");
  }

  /// Makes this frame the callee of `caller`: it is part of that task from now on.
  void call_from(frame_base& caller, std::coroutine_handle<> continuation) noexcept {
    continuation_ = continuation;
    caller_ = &caller;
    record_ = caller.record_;
  }
  /// Makes this frame the outermost of a task.
  void become_root(task_record& record) noexcept { record_ = &record; }

  task_record& record() const noexcept { return *record_; }
  bool is_started() const noexcept { return record_ != nullptr; }
  /// Said of a frame that is destroyed before it was started: a loop in debug mode tells of it.
  [[gnu::cold]] void never_started() const noexcept;

 protected:
  explicit frame_base(std::source_location where) noexcept : where_(where) {}
  ~frame_base() = default;

  void arrive(std::source_location where) noexcept {
    where_ = where;
    record_->leaf_ = this;
  }
  /// Where control goes when this frame stops: its caller is the leaf again.
  std::coroutine_handle<> back_to_caller() noexcept {
    record_->leaf_ = caller_;
    return continuation_;
  }
  /// Where control goes when this frame has ended; for a root the record is told, and `frame`
  /// destroyed when nobody holds it.
  template <class Promise>
  static std::coroutine_handle<> leave(std::coroutine_handle<Promise> frame) noexcept {
    Promise& promise = frame.promise();
    if (promise.caller_ != nullptr) [[likely]]
      return promise.back_to_caller();
    return leave_root(frame);
  }
  // Out of line, so that the way to a caller is inlined.
  template <class Promise>
  [[gnu::noinline]] static std::coroutine_handle<> leave_root(
      std::coroutine_handle<Promise> frame) noexcept {
    Promise& promise = frame.promise();
    if (promise.record_->root_ended(promise.error())) frame.destroy();
    return std::noop_coroutine();
  }

  std::coroutine_handle<> continuation_;
  frame_base* caller_ = nullptr;
  task_record* record_ = nullptr;
  std::source_location where_;
};

/// Gives a coroutine its task's record: `task_record& me = co_await this_task_record{};`. Does not
/// suspend.
struct this_task_record {
  struct awaiter {
    explicit awaiter(task_record& record) noexcept : record_(record) {}
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    task_record& await_resume() const noexcept { return record_; }

   private:
    task_record& record_;
  };
  awaiter awaited_by(frame_base& caller) const noexcept { return awaiter(caller.record()); }
};

}  // namespace pirn
