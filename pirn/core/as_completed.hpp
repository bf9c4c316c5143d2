// as_completed: children in the order in which they end; and waiting for some of them.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "pirn/core/child.hpp"
#include "pirn/core/within.hpp"

namespace pirn {

/// Watches a set of children and says which has ended, in the order of their ends. The part without
/// types.
///
/// Threads: its loop's; one task at a time waits for the next end (asserted).
class children_watch {
 public:
  children_watch() = default;
  children_watch(children_watch&&) = delete;  // children tell it of their end
  ~children_watch();

  void add(const task_handle& child);
  std::size_t watched() const noexcept { return watches_.size(); }
  std::size_t left() const noexcept { return watches_.size() - taken_; }

  /// Waits for the next end.
  /// Returns: the child's number in the order of adding; nullopt when all were returned.
  class next_wait;
  next_wait next() noexcept;

 private:
  class watch;
  friend class watch;
  friend class next_wait;

  std::deque<watch> watches_;
  std::vector<std::size_t> ended_;  // in the order of their ends
  std::size_t taken_ = 0;
  next_wait* waiting_ = nullptr;
};

class children_watch::watch final : private end_observer {
 public:
  watch(children_watch& set, task_record& child, std::size_t number) noexcept;
  ~watch();

 private:
  void ended() noexcept override;

  children_watch& set_;
  task_record& child_;
  std::size_t number_;
};

class [[nodiscard]] children_watch::next_wait final : public awaitable<next_wait> {
 public:
  explicit next_wait(children_watch& set) noexcept : set_(set) {}
  std::string describe() const override {
    return "end of one of " + std::to_string(set_.left()) + " tasks";
  }

 private:
  friend class awaitable<next_wait>;
  friend class watch;
  bool try_complete() noexcept {
    number_.reset();
    if (set_.taken_ < set_.ended_.size()) number_ = set_.ended_[set_.taken_++];
    return number_ || set_.left() == 0;
  }
  void enqueue() noexcept {
    PIRN_ASSERT(set_.waiting_ == nullptr, "one task at a time waits for the next end");
    set_.waiting_ = this;
  }
  cancel_answer withdraw() noexcept override {
    set_.waiting_ = nullptr;
    return cancel_answer::gone;
  }
  std::optional<std::size_t> result() noexcept { return number_; }

  children_watch& set_;
  std::optional<std::size_t> number_;
};

inline children_watch::next_wait children_watch::next() noexcept {
  return next_wait(*this);
}

/// The children in the order in which they end: `child<T>* next = co_await done.next();` in a loop
/// until it is null. It starts nothing and cancels nothing.
///
/// Lifetime: the children must stay where they are as long as this lives.
/// Source:   asyncio.as_completed().
template <class T>
class as_completed {
 public:
  explicit as_completed(std::vector<child<T>>& children) : children_(children) {
    for (const child<T>& each : children) watch_.add(each);
  }

  /// Waits for the next end.
  /// Returns: the child, whose result() is there; null when there are no more.
  /// Cancel:  loses nothing.
  task<child<T>*> next() {
    std::optional<std::size_t> number = co_await watch_.next();
    co_return number ? &children_[*number] : nullptr;
  }

 private:
  std::vector<child<T>>& children_;
  children_watch watch_;
};

enum class return_when { all_completed, first_completed, first_exception };

/// `first_exception`: a child that was cancelled has not failed.
struct wait_options {
  pirn::return_when until = return_when::all_completed;
  duration timeout = duration::max();
};

/// The numbers of the children that have ended, in the order of their ends, and of those that have
/// not.
struct wait_result {
  std::vector<std::size_t> done;
  std::vector<std::size_t> pending;
};

namespace detail {
task<> wait_for_children(children_watch& watch, const std::vector<const task_handle*>& children,
                         return_when until, std::vector<std::size_t>& done);
task<wait_result> wait_any(std::vector<const task_handle*> children, wait_options options);
}  // namespace detail

/// Waits until the condition holds, all have ended, or the time is up. Nothing is cancelled and
/// nothing thrown for a child's failure.
///
/// Lifetime: the children must stay where they are meanwhile.
/// Source:   asyncio.wait(), concurrent.futures.wait().
template <class T>
task<wait_result> wait(const std::vector<child<T>>& children, wait_options options = {}) {
  std::vector<const task_handle*> handles;
  for (const child<T>& each : children) handles.push_back(&each);
  return detail::wait_any(std::move(handles), options);
}

}  // namespace pirn
