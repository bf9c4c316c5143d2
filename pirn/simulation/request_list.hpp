// request_list: who waits for a resource, first come, first served.
#pragma once

#include <cstddef>

#include "pirn/core/wait_list.hpp"

namespace pirn::des::detail {

/// A wait_list that knows its length.
class request_list {
 public:
  /// A request's place in the queue.
  class place : public list_wait {
   protected:
    explicit place(request_list& queue) noexcept : list_wait(queue.waits_), queue_(queue) {}
    ~place() {
      if (is_linked()) [[unlikely]]
        --queue_.length_;
    }
    void enqueue() noexcept {
      ++queue_.length_;
      list_wait::enqueue();
    }
    cancel_answer withdraw() noexcept override {
      --queue_.length_;
      return list_wait::withdraw();
    }

   private:
    request_list& queue_;
  };

  bool empty() const noexcept { return waits_.empty(); }
  std::size_t size() const noexcept { return length_; }

  /// Takes the first request out and makes its task ready.
  /// Requires: not empty.
  void wake_first() noexcept {
    --length_;
    waits_.wake_first();
  }

 private:
  wait_list waits_;
  std::size_t length_ = 0;
};

}  // namespace pirn::des::detail
