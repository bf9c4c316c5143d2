// The least code for five nested awaits that return a value: lazy tasks, symmetric transfer, a free
// list of frames.
#include <coroutine>
#include <exception>

#include "bench/common/free_list.hpp"
#include "bench/common/measure.hpp"

namespace {

struct [[nodiscard]] task {
  struct promise_type : bench::pooled_frame {
    std::coroutine_handle<> continuation;
    int value = 0;

    task get_return_object() noexcept {
      return task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct final_step {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        return self.promise().continuation;
      }
      void await_resume() noexcept {}
    };
    final_step final_suspend() noexcept { return {}; }
    void return_value(int result) noexcept { value = result; }
    void unhandled_exception() noexcept { std::terminate(); }
  };

  explicit task(std::coroutine_handle<promise_type> owned) noexcept : frame(owned) {}
  task(task&&) = delete;
  ~task() { frame.destroy(); }

  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    frame.promise().continuation = caller;
    return frame;
  }
  int await_resume() noexcept { return frame.promise().value; }

  std::coroutine_handle<promise_type> frame;
};

// Not inlined, so that the compiler cannot put five frames into one; a real call chain spans
// several files.
[[gnu::noinline]] task level_1(int x) {
  co_return x + 1;
}
[[gnu::noinline]] task level_2(int x) {
  co_return co_await level_1(x) + 1;
}
[[gnu::noinline]] task level_3(int x) {
  co_return co_await level_2(x) + 1;
}
[[gnu::noinline]] task level_4(int x) {
  co_return co_await level_3(x) + 1;
}
[[gnu::noinline]] task level_5(int x) {
  co_return co_await level_4(x) + 1;
}

task repeat(std::uint64_t count) {
  int sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) sum += co_await level_5(static_cast<int>(i & 7));
  bench::keep(sum);
  co_return sum;
}

std::int64_t five(std::uint64_t count) {
  task all = repeat(count);
  all.frame.promise().continuation = std::noop_coroutine();
  const std::int64_t start = bench::cpu_now_ns();
  all.frame.resume();
  return bench::cpu_now_ns() - start;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"five", five}});
}
