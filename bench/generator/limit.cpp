// The least code that sends a value into a generator and gets one back, through one generator or a
// chain of delegation.
#include <coroutine>
#include <exception>
#include <utility>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"

namespace {

// The root knows the innermost generator of its chain, so a send costs the same at any depth.
class averager {
 public:
  struct promise_type : bench::pooled_frame {
    double yielded = 0;
    double sent = 0;
    promise_type* root = this;
    promise_type* parent = nullptr;
    std::coroutine_handle<promise_type> leaf;  // the root's alone

    averager get_return_object() noexcept {
      leaf = std::coroutine_handle<promise_type>::from_promise(*this);
      return averager{leaf};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }

    struct final_step {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        promise_type& promise = self.promise();
        if (promise.parent == nullptr) return std::noop_coroutine();
        promise.root->leaf = std::coroutine_handle<promise_type>::from_promise(*promise.parent);
        return promise.root->leaf;
      }
      void await_resume() noexcept {}
    };
    final_step final_suspend() noexcept { return {}; }

    struct yield_step {
      promise_type& promise;
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) noexcept {}
      double await_resume() noexcept { return promise.sent; }
    };
    yield_step yield_value(double value) noexcept {
      root->yielded = value;
      return {*this};
    }

    struct delegate_step;
    delegate_step yield_value(averager sub) noexcept;
  };

  averager(averager&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  ~averager() {
    if (frame_) frame_.destroy();
  }

  double next() {
    frame_.promise().leaf.resume();
    return frame_.promise().yielded;
  }
  double send(double value) {
    promise_type& root = frame_.promise();
    root.leaf.promise().sent = value;
    root.leaf.resume();
    return root.yielded;
  }

 private:
  explicit averager(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

struct averager::promise_type::delegate_step {
  averager sub;
  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
    promise_type& inner = sub.frame_.promise();
    inner.parent = &self.promise();
    inner.root = self.promise().root;
    inner.root->leaf = sub.frame_;
    return sub.frame_;
  }
  void await_resume() noexcept {}
};

auto averager::promise_type::yield_value(averager sub) noexcept -> delegate_step {
  return {std::move(sub)};
}

[[gnu::noinline]] averager average() {
  double total = 0;
  double count = 0;
  double result = 0;
  for (;;) {
    total += co_yield result;
    count += 1;
    result = total - count;
  }
}

[[gnu::noinline]] averager delegate(int levels) {
  if (levels == 1) {
    co_yield average();
  } else {
    co_yield delegate(levels - 1);
  }
}

std::int64_t send_to(averager chain, std::uint64_t count) {
  chain.next();
  double sum = 0;
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) sum += chain.send(static_cast<double>(i));
  const std::int64_t took = bench::cpu_now_ns() - start;
  bench::keep(sum);
  return took;
}

std::int64_t send(std::uint64_t count) {
  return send_to(average(), count);
}
std::int64_t delegate_1(std::uint64_t count) {
  return send_to(delegate(1), count);
}
std::int64_t delegate_5(std::uint64_t count) {
  return send_to(delegate(5), count);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"send", send}, {"delegate-1", delegate_1}, {"delegate-5", delegate_5}});
}
