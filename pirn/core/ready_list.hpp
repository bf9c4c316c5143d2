// ready_list: what will be resumed, first in, first out.
#pragma once

#include <coroutine>

namespace pirn {

/// Something that can be resumed; in at most one ready list, and taken out only to be resumed.
class ready_node {
 public:
  ready_node(ready_node&&) = delete;  // lists point at it

 protected:
  ready_node() = default;
  ~ready_node() = default;

  std::coroutine_handle<> resume_point_;

 private:
  friend class ready_list;
  friend class loop;
  ready_node* next_ready_ = nullptr;
};

/// A singly linked queue of ready nodes.
class ready_list {
 public:
  ready_list() = default;
  ready_list(ready_list&& other) noexcept : head_(other.head_), tail_(other.tail_) {
    other.head_ = nullptr;
  }

  bool empty() const noexcept { return head_ == nullptr; }

  void push(ready_node& node) noexcept {
    node.next_ready_ = nullptr;
    if (head_ == nullptr) {
      head_ = &node;
    } else {
      tail_->next_ready_ = &node;
    }
    tail_ = &node;
  }

  /// Requires: not empty.
  ready_node& pop() noexcept {
    ready_node& first = *head_;
    head_ = first.next_ready_;
    return first;
  }

 private:
  ready_node* head_ = nullptr;
  ready_node* tail_ = nullptr;  // stale while empty
};

}  // namespace pirn
