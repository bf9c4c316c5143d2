// intrusive_list: a doubly linked list whose links live in the elements; nothing is allocated.
#pragma once

#include <cstddef>

#include "pirn/base/assert.hpp"

namespace pirn {

/// The links of an element; a type in several lists derives from one hook per tag.
template <class Tag = void>
class list_hook {
 public:
  list_hook() = default;
  list_hook(list_hook&&) = delete;  // neighbours point at it

  bool is_linked() const noexcept { return next_ != nullptr; }

 private:
  template <class, class>
  friend class intrusive_list;

  list_hook* next_ = nullptr;
  list_hook* prev_ = nullptr;
};

/// A first-in-first-out list of `T`s, which derive from `list_hook<Tag>`. One pointer large.
///
/// Lifetime: elements are borrowed; each must be removed before it is destroyed.
/// Cost:     every member is O(1) but `size()`.
template <class T, class Tag = void>
class intrusive_list {
  using hook = list_hook<Tag>;

 public:
  intrusive_list() = default;
  intrusive_list(intrusive_list&&) = delete;  // elements may remember it

  bool empty() const noexcept { return head_ == nullptr; }
  T& front() const noexcept { return *static_cast<T*>(head_); }
  T& back() const noexcept { return *static_cast<T*>(head_->prev_); }

  void push_back(T& element) noexcept {
    hook& node = element;
    PIRN_ASSERT(!node.is_linked(), "an element is in one list at a time");
    if (head_ == nullptr) {
      node.next_ = node.prev_ = head_ = &node;
      return;
    }
    node.next_ = head_;
    node.prev_ = head_->prev_;
    head_->prev_->next_ = &node;
    head_->prev_ = &node;
  }

  void push_front(T& element) noexcept {
    push_back(element);
    head_ = head_->prev_;
  }

  T& pop_front() noexcept {
    T& first = front();
    remove(first);
    return first;
  }

  /// Requires: the element is in this list.
  void remove(T& element) noexcept {
    hook& node = element;
    PIRN_ASSERT(node.is_linked(), "the element is in no list");
    if (node.next_ == &node) {
      head_ = nullptr;
    } else {
      node.prev_->next_ = node.next_;
      node.next_->prev_ = node.prev_;
      if (head_ == &node) head_ = node.next_;
    }
    node.next_ = node.prev_ = nullptr;
  }

  /// The element after `element`, or null after the last.
  T* next(const T& element) const noexcept {
    const hook& node = element;
    return node.next_ == head_ ? nullptr : static_cast<T*>(node.next_);
  }
  T* first() const noexcept { return static_cast<T*>(head_); }

  std::size_t size() const noexcept {
    std::size_t count = 0;
    for (T* each = first(); each != nullptr; each = next(*each)) ++count;
    return count;
  }

 private:
  hook* head_ = nullptr;
};

}  // namespace pirn
