// The least code that takes a task through a ready list: an intrusive FIFO of frames, resumed turn
// by turn.
#include <coroutine>
#include <exception>
#include <vector>

#include <liburing.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"

namespace {

struct ready_node {
  ready_node* next = nullptr;
  std::coroutine_handle<> frame;
};

// A FIFO of ready nodes, and the loop that empties it. With a ring it polls after every 64 turns,
// as pirn promises.
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
      if (ring_ != nullptr && ++turns_ % 64 == 0) poll();
    }
  }

  void poll_with(io_uring* ring, std::int64_t next_deadline_ns) noexcept {
    ring_ = ring;
    next_deadline_ns_ = next_deadline_ns;
  }

 private:
  void poll() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const bool timer_due = now.tv_sec * 1'000'000'000 + now.tv_nsec >= next_deadline_ns_;
    const bool kernel_has_work =
        (__atomic_load_n(ring_->sq.kflags, __ATOMIC_RELAXED) & IORING_SQ_TASKRUN) != 0 ||
        io_uring_cq_ready(ring_) != 0;
    if (timer_due || kernel_has_work) std::abort();  // the benchmark arranges that neither happens
  }

  ready_node* first_ = nullptr;
  ready_node** last_ = &first_;
  io_uring* ring_ = nullptr;
  std::uint64_t turns_ = 0;
  std::int64_t next_deadline_ns_ = 0;
};

ready_list ready;

struct yield_now {
  ready_node node{};
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) noexcept {
    node.frame = self;
    ready.push(node);
  }
  void await_resume() noexcept {}
};

struct task {
  struct promise_type : bench::pooled_frame {
    ready_node start;
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

task yielder(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) co_await yield_now{};
}

std::int64_t yields(std::uint64_t tasks, std::uint64_t count) {
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < tasks; ++i) yielder(count / tasks);
  ready.run();
  return bench::cpu_now_ns() - start;
}

std::int64_t one(std::uint64_t count) {
  return yields(1, count);
}
std::int64_t hundred(std::uint64_t count) {
  return yields(100, count);
}

std::int64_t busy(std::uint64_t count) {
  io_uring ring{};
  io_uring_params params{};
  params.flags =
      IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
  if (io_uring_queue_init_params(64, &ring, &params) != 0) std::abort();
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listen(listener, 16) != 0) std::abort();
  io_uring_prep_multishot_accept(io_uring_get_sqe(&ring), listener, nullptr, nullptr, 0);
  io_uring_submit(&ring);
  ready.poll_with(&ring, INT64_MAX);  // the first of a hundred timers is one number to the loop
  const std::int64_t took = yields(1, count);
  ready.poll_with(nullptr, 0);
  io_uring_queue_exit(&ring);
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"one", one}, {"hundred", hundred}, {"busy", busy}});
}
