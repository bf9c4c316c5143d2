// The least code for posting calls to another thread: a lock-free stack of nodes that were made
// before, emptied with one exchange and turned round, and an eventfd where the thread sleeps. It
// leaves out what a loop does besides, the memory of a call, and any end but the last call's.
#include <thread>

#include <sys/eventfd.h>
#include <unistd.h>

#include "bench/remote_post/posting.hpp"

namespace {

struct node {
  node* next = nullptr;
  void (*call)(void* context) = nullptr;
  void* context = nullptr;
};

class mailbox {
 public:
  mailbox() : wake_fd_(eventfd(0, EFD_CLOEXEC)) {}
  mailbox(mailbox&&) = delete;
  ~mailbox() { close(wake_fd_); }

  void post(node& posted) noexcept {
    node* head = head_.load(std::memory_order_relaxed);
    do {
      posted.next = head;
    } while (!head_.compare_exchange_weak(head, &posted));
    if (asleep_.load() && asleep_.exchange(false)) {
      const std::uint64_t one = 1;
      if (write(wake_fd_, &one, sizeof one) < 0) std::abort();
    }
  }

  /// Runs calls until one sets `ended`.
  void run(const bool& ended) noexcept {
    while (!ended) {
      node* newest = head_.exchange(nullptr);
      if (newest == nullptr) {
        sleep();
        continue;
      }
      node* oldest = nullptr;
      while (newest != nullptr) {
        node* older = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = older;
      }
      while (oldest != nullptr) {
        node* each = oldest;
        oldest = each->next;
        each->call(each->context);
      }
    }
  }

 private:
  void sleep() noexcept {
    asleep_.store(true);
    if (head_.load() == nullptr) {
      std::uint64_t count = 0;
      if (read(wake_fd_, &count, sizeof count) < 0) std::abort();
    }
    asleep_.store(false);
  }

  const int wake_fd_;
  std::atomic<node*> head_{nullptr};
  std::atomic<bool> asleep_{false};
};

struct counting {
  std::uint64_t missing;
  bool ended = false;
};

void count_down(void* context) {
  auto& calls = *static_cast<counting*>(context);
  if (--calls.missing == 0) calls.ended = true;
}

bench::elapsed batched(std::uint64_t count) {
  mailbox mail;
  counting calls{count};
  std::vector<node> nodes(count);
  for (node& each : nodes) {
    each.call = count_down;
    each.context = &calls;
  }
  const bench::stopwatch watch;
  std::jthread poster([&] {
    for (node& each : nodes) mail.post(each);
  });
  mail.run(calls.ended);
  return watch.read();
}

bench::elapsed wake(std::uint64_t count) {
  mailbox mail;
  bench::wake_times times;
  bench::elapsed took{};
  bool ended = false;
  node call{nullptr, [](void* context) { static_cast<bench::wake_times*>(context)->arrive(); },
            &times};
  node end{nullptr, [](void* context) { *static_cast<bool*>(context) = true; }, &ended};
  std::jthread poster([&] {
    took = times.measure(count, [&] { mail.post(call); });
    mail.post(end);
  });
  mail.run(ended);
  poster.join();
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_timed(argc, argv, {{"batched", batched}, {"wake", wake, 100}});
}
