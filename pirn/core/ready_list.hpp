// ready_list: what will be resumed, first in, first out.
#pragma once

#include <coroutine>

#include "pirn/base/time.hpp"

namespace pirn {

/// Something that can be resumed; in at most one ready list, and taken out only to be resumed.
/// While it waits it is in none, and the same word says since when.
class ready_node {
 public:
  ready_node(ready_node&&) = delete;  // lists point at it

 protected:
  ready_node() noexcept : next_ready_(nullptr) {}
  ~ready_node() = default;

  std::coroutine_handle<> resume_point_;
  union {
    ready_node* next_ready_;    // in a list
    time_point waiting_since_;  // waiting
  };

 private:
  friend class ready_list;
  friend class loop;
};

/// A singly linked queue of ready nodes.
class ready_list {
 public:
  ready_list() = default;
  ready_list(ready_list&&) = delete;  // an empty list points at itself

  bool empty() const noexcept { return head_ == nullptr; }

  void push(ready_node& node) noexcept {
    node.next_ready_ = nullptr;
    *last_ = &node;
    last_ = &node.next_ready_;
  }

  /// Requires: not empty.
  ready_node& pop() noexcept {
    ready_node& first = *head_;
    head_ = first.next_ready_;
    if (head_ == nullptr) last_ = &head_;
    return first;
  }

  /// Empties the list.
  /// Returns: its first node, which leads to the others; null when there is none.
  ready_node* take_all() noexcept {
    ready_node* first = head_;
    head_ = nullptr;
    last_ = &head_;
    return first;
  }

 private:
  ready_node* head_ = nullptr;
  ready_node** last_ = &head_;
};

}  // namespace pirn
