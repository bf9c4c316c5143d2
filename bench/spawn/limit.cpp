// The least code that spawns a thousand tasks and joins them: a free list, a ready list and a
// count.
#include <coroutine>
#include <exception>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"

namespace {

struct ready_node {
  ready_node* next = nullptr;
  std::coroutine_handle<> frame;
};

class ready_list {
 public:
  void push(ready_node& node) noexcept {
    node.next = nullptr;
    *last_ = &node;
    last_ = &node.next;
  }
  void run() {
    while (first_ != nullptr) {
      ready_node* turn = first_;
      first_ = nullptr;
      last_ = &first_;
      while (turn != nullptr) {
        ready_node* node = turn;
        turn = node->next;
        node->frame.resume();
      }
    }
  }

 private:
  ready_node* first_ = nullptr;
  ready_node** last_ = &first_;
};

ready_list ready;

struct group {
  std::size_t running = 0;
  ready_node waiter;

  void leave() noexcept {
    if (--running == 0 && waiter.frame) ready.push(waiter);
  }
  bool await_ready() noexcept { return running == 0; }
  void await_suspend(std::coroutine_handle<> self) noexcept { waiter.frame = self; }
  void await_resume() noexcept { waiter.frame = nullptr; }
};

struct child {
  struct promise_type : bench::pooled_frame {
    ready_node start;
    group* owner;

    template <class... Arguments>
    explicit promise_type(group& joined, Arguments&...) noexcept : owner(&joined) {}

    child get_return_object() noexcept {
      start.frame = std::coroutine_handle<promise_type>::from_promise(*this);
      ++owner->running;
      ready.push(start);
      return {};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept { owner->leave(); }
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

struct root {
  struct promise_type : bench::pooled_frame {
    root get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

[[gnu::noinline]] child add_one(group&, std::uint64_t& sum) {
  ++sum;
  co_return;
}

root spawn_all(std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t spawned = 0; spawned < count; spawned += 1'000) {
    group all;
    for (int i = 0; i < 1'000; ++i) add_one(all, sum);
    co_await all;
  }
  bench::keep(sum);
}

std::int64_t thousand(std::uint64_t count) {
  const std::int64_t start = bench::cpu_now_ns();
  spawn_all(count);
  ready.run();
  return bench::cpu_now_ns() - start;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"thousand", thousand}});
}
