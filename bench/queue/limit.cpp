// The least code for a bounded FIFO queue between tasks: a ring of values, and waiters that are
// handed theirs.
//
// Every subject uses the same shape: ping-pong goes through two queues of one place each (one
// operation is a round trip), four producers share one queue of 64 places with their consumer (one
// operation is one item).
#include <coroutine>
#include <exception>
#include <vector>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"

namespace {

struct waiter {
  waiter* next = nullptr;
  std::coroutine_handle<> frame;
  int value = 0;
};

class waiter_list {
 public:
  void push(waiter& node) noexcept {
    node.next = nullptr;
    *last_ = &node;
    last_ = &node.next;
  }
  waiter* pop() noexcept {
    waiter* node = first_;
    if (node == nullptr) return nullptr;
    first_ = node->next;
    if (first_ == nullptr) last_ = &first_;
    return node;
  }

 private:
  waiter* first_ = nullptr;
  waiter** last_ = &first_;
};

waiter_list ready;

class queue {
 public:
  explicit queue(std::size_t places) : ring_(places) {}

  struct push_step {
    queue& into;
    waiter node{};
    bool await_ready() noexcept { return into.try_push(node.value); }
    void await_suspend(std::coroutine_handle<> self) noexcept {
      node.frame = self;
      into.pushers_.push(node);
    }
    void await_resume() noexcept {}
  };
  struct pop_step {
    queue& from;
    waiter node{};
    bool await_ready() noexcept { return from.try_pop(node.value); }
    void await_suspend(std::coroutine_handle<> self) noexcept {
      node.frame = self;
      from.poppers_.push(node);
    }
    int await_resume() noexcept { return node.value; }
  };
  push_step push(int value) noexcept { return {*this, {nullptr, nullptr, value}}; }
  pop_step pop() noexcept { return {*this, {}}; }

 private:
  bool try_push(int value) noexcept {
    if (waiter* popper = poppers_.pop()) {
      popper->value = value;
      ready.push(*popper);
      return true;
    }
    if (size_ == ring_.size()) return false;
    put(value);
    return true;
  }
  bool try_pop(int& value) noexcept {
    if (size_ == 0) return false;
    value = ring_[head_];
    head_ = head_ + 1 == ring_.size() ? 0 : head_ + 1;
    --size_;
    if (waiter* pusher = pushers_.pop()) {
      put(pusher->value);
      ready.push(*pusher);
    }
    return true;
  }
  void put(int value) noexcept {
    const std::size_t tail = head_ + size_;
    ring_[tail < ring_.size() ? tail : tail - ring_.size()] = value;
    ++size_;
  }

  std::vector<int> ring_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  waiter_list pushers_;
  waiter_list poppers_;
};

struct task {
  struct promise_type : bench::pooled_frame {
    waiter start;
    task get_return_object() noexcept {
      start.frame = std::coroutine_handle<promise_type>::from_promise(*this);
      ready.push(start);
      return {};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

task send_and_receive(queue& out, queue& in, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await out.push(static_cast<int>(i));
    bench::keep(co_await in.pop());
  }
}

task receive_and_send(queue& in, queue& out, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) co_await out.push(co_await in.pop());
}

task produce(queue& out, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) co_await out.push(static_cast<int>(i));
}

task consume(queue& in, std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) sum += static_cast<std::uint64_t>(co_await in.pop());
  bench::keep(sum);
}

std::int64_t run_all() {
  const std::int64_t start = bench::cpu_now_ns();
  while (waiter* node = ready.pop()) node->frame.resume();
  return bench::cpu_now_ns() - start;
}

std::int64_t ping_pong(std::uint64_t count) {
  queue there{1};
  queue back{1};
  send_and_receive(there, back, count);
  receive_and_send(there, back, count);
  return run_all();
}

std::int64_t four_to_one(std::uint64_t count) {
  queue shared{64};
  for (int i = 0; i < 4; ++i) produce(shared, count / 4);
  consume(shared, count / 4 * 4);
  return run_all();
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"ping-pong", ping_pong}, {"four-to-one", four_to_one}});
}
