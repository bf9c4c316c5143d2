// three_stages: three calls that depend on each other, as nested callbacks and as a coroutine.
#include <functional>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

// A service that answers by callback: it doubles what it is given, a second later.
void api_call(pirn::task_group& pending, int request, std::function<void(int)> callback) {
  pending.spawn(
      [](int value, std::function<void(int)> done) -> pirn::task<> {
        co_await pirn::sleep_for(1s);
        done(2 * value);
      },
      request, std::move(callback));
}

// Each stage is one level deeper, and there is no place for a try around all of it.
pirn::task<> nested_callbacks(pirn::task_group& pending) {
  api_call(pending, 1, [&pending](int first) {
    fmt::print("stage 1 answers {}\n", first);
    api_call(pending, first, [&pending](int second) {
      fmt::print("stage 2 answers {}\n", second);
      api_call(pending, second, [](int third) { fmt::print("stage 3 answers {}\n", third); });
    });
  });
  co_return;
}

// The same service, awaited.
pirn::task<int> api_call(int request) {
  co_await pirn::sleep_for(1s);
  co_return 2 * request;
}

pirn::task<> three_stages() {
  int first = co_await api_call(1);
  fmt::print("stage 1 answers {}\n", first);
  int second = co_await api_call(first);
  fmt::print("stage 2 answers {}\n", second);
  int third = co_await api_call(second);
  fmt::print("stage 3 answers {}\n", third);
}

pirn::task<> both() {
  fmt::print("callbacks:\n");
  co_await pirn::with_group(nested_callbacks);
  fmt::print("coroutine:\n");
  co_await three_stages();
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, both);
}

// Output:
// callbacks:
// stage 1 answers 2
// stage 2 answers 4
// stage 3 answers 8
// coroutine:
// stage 1 answers 2
// stage 2 answers 4
// stage 3 answers 8
