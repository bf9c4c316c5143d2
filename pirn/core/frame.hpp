// frame: the three words that every coroutine of a task begins with, and what it may co_await.
#pragma once

#include <coroutine>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/base/compiler.hpp"
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

/// Awaits a wait where it stands, for compilers that would copy it.
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

template <class Wait>
using wait_in_place =
    std::conditional_t<detail::referenced_awaiters_are_copied, wait_reference<Wait>, Wait&>;

/// Base of the promises of tasks and async generators.
///
/// A chain of frames is one task: `caller` leads to the frame that awaits this one, up to the root,
/// which has none; `record` is the task's. `where` is the co_await that the frame is at. The frame
/// that runs, or ran last, is always the record's leaf: calls and returns see to it.
class frame_base : public detail::pooled_frame {
 public:
  frame_base(frame_base&&) = delete;  // callers and records point at it

  const frame_base* caller() const noexcept { return in_frame(continuation()); }
  /// The base of the promise in a task's coroutine, whichever its promise type is; null for null.
  static frame_base* in_frame(std::coroutine_handle<> frame) noexcept {
    if (!frame) return nullptr;
    return &std::coroutine_handle<frame_base>::from_address(frame.address()).promise();
  }
  std::source_location where() const noexcept { return where_; }
  /// The coroutine's unqualified name; a lambda's is that of the function in which it stands.
  std::string function_name() const;
  /// Whether the coroutine only keeps another one going: a group, a time-out, a spawned call.
  bool is_plumbing() const;

  std::suspend_always initial_suspend() const noexcept { return {}; }

  template <wait_like Wait>
    requires(!awaited_by_frame<Wait>)
  wait_in_place<std::remove_reference_t<Wait>> await_transform(
      Wait&& wait, std::source_location where = std::source_location::current()) noexcept {
    arrive(where);
    wait.bind(*record_);
    return wait_in_place<std::remove_reference_t<Wait>>(wait);
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

  /// Makes `frame` the callee of `caller`: it is part of that task, and its leaf, from now on.
  template <class Promise, class Caller>
  static void call(std::coroutine_handle<Promise> frame,
                   std::coroutine_handle<Caller> caller) noexcept {
    static_assert(found_in_frame<Promise>, "a task's value is aligned as malloc aligns, no wider");
    frame_base& callee = frame.promise();
    task_record* record = caller.promise().record_;
    callee.continuation_ = caller.address();
    callee.record_ = record;
    record->leaf_ = frame;
  }
  /// Makes this frame the outermost of a task.
  void become_root(task_record& record) noexcept {
    continuation_ = nullptr;
    record_ = &record;
  }

  task_record& record() const noexcept { return *record_; }
  /// Said of a frame that is destroyed before it was started: a loop in debug mode tells of it.
  [[gnu::cold]] void never_started() const noexcept;

 protected:
  explicit frame_base(std::source_location where) noexcept : where_(where) {}  // NOLINT: see below
  ~frame_base() = default;

  // Whether in_frame finds the base: it knows no alignment but its own, and frames keep a promise
  // right behind two pointers unless it asks for more.
  template <class Promise>
  static constexpr bool found_in_frame = alignof(Promise) <= 2 * sizeof(void*);

  void arrive(std::source_location where) noexcept { where_ = where; }
  /// Where control goes when this frame stops: its caller is the leaf again.
  std::coroutine_handle<> back_to_caller() noexcept {
    record_->leaf_ = continuation();
    return continuation();
  }
  /// Where control goes when this frame has ended; for a root the record is told, and `frame`
  /// destroyed when nobody holds it.
  template <class Promise>
  static std::coroutine_handle<> leave(std::coroutine_handle<Promise> frame) noexcept {
    static_assert(found_in_frame<Promise>, "a task's value is aligned as malloc aligns, no wider");
    Promise& promise = frame.promise();
    if (promise.continuation_ != nullptr) [[likely]]
      return promise.back_to_caller();
    return leave_root(frame);
  }
  // Out of line, so that the way to a caller is inlined.
  template <class Promise>
  [[gnu::noinline]] static std::coroutine_handle<> leave_root(
      std::coroutine_handle<Promise> frame) noexcept {
    Promise& promise = frame.promise();
    task_record& record = *promise.record_;
    const bool failed = promise.has_error();
    if (failed ? record.root_failed(promise.error()) : record.root_ended()) frame.destroy();
    return std::noop_coroutine();
  }

  std::coroutine_handle<> continuation() const noexcept {
    return std::coroutine_handle<>::from_address(continuation_);
  }

  // Set when the frame is called or becomes a root; nothing reads them before.
  void* continuation_;  // the caller's frame; null in a root
  task_record* record_;
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
