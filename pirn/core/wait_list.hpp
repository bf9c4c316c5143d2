// wait_list: the tasks that wait for one thing, first come, first served.
#pragma once

#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/wait.hpp"

namespace pirn {

class wait_list;

/// A place in a wait_list, left at the latest by its destructor: apart from list_wait for the
/// reason that wait_state gives.
class list_place : public list_hook<> {
 protected:
  explicit list_place(wait_list& list) noexcept : list_(&list) {}
  ~list_place() {
    if (is_linked()) [[unlikely]]
      leave();
  }
  [[gnu::cold]] void leave() noexcept;

  wait_list* list_;
};

/// A wait that stands in a wait_list; cancelling it just leaves the list.
class list_wait : public wait_node, public list_place {
 protected:
  explicit list_wait(wait_list& list) noexcept : list_place(list) {}
  ~list_wait() = default;

  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;

 private:
  friend class wait_list;
};

/// A first-in-first-out list of waits.
///
/// Lifetime: must outlive its waiters (asserted).
class wait_list {
 public:
  wait_list() = default;
  wait_list(wait_list&&) = delete;  // waiters point at it
  ~wait_list() { PIRN_ASSERT(waits_.empty(), "it must outlive the tasks that wait for it"); }

  bool empty() const noexcept { return waits_.empty(); }
  std::size_t size() const noexcept { return waits_.size(); }
  /// The wait that came first.
  /// Requires: not empty.
  list_wait& front() const noexcept { return static_cast<list_wait&>(waits_.front()); }
  list_wait* first() const noexcept { return static_cast<list_wait*>(waits_.first()); }
  list_wait* next(const list_wait& wait) const noexcept {
    return static_cast<list_wait*>(waits_.next(wait));
  }

  /// Takes the first wait out and makes its task ready.
  /// Requires: not empty.
  list_wait& wake_first() noexcept;
  void wake(list_wait& wait) noexcept;
  void wake_all() noexcept;

  /// Moves a wait of this list to the end of `other`; its task goes on waiting.
  void pass(list_wait& wait, wait_list& other) noexcept;

 private:
  friend class list_place;
  friend class list_wait;
  intrusive_list<list_place> waits_;
};

inline void list_wait::enqueue() noexcept {
  list_->waits_.push_back(*this);
}

inline void wait_list::wake(list_wait& wait) noexcept {
  waits_.remove(wait);
  wait.wake();
}

inline list_wait& wait_list::wake_first() noexcept {
  list_wait& first = static_cast<list_wait&>(waits_.pop_front());
  first.wake();
  return first;
}

}  // namespace pirn
