// probe: the least coroutine and a counted object, to ask a compiler one question with.
#pragma once

#include <coroutine>
#include <cstdio>
#include <exception>
#include <set>
#include <utility>

namespace probe {

inline int mistakes = 0;
inline void expect(bool right, const char* what) {
  if (right) return;
  ++mistakes;
  std::printf("wrong: %s\n", what);
}

/// Knows which of its kind live, and where.
struct held {
  explicit held(int number) : value(number) { born(); }
  held(const held& other) : value(other.value) { born(); }
  held(held&& other) noexcept : value(std::exchange(other.value, -1)) { born(); }
  held& operator=(held other) noexcept {
    value = other.value;
    return *this;
  }
  ~held() { expect(living.erase(this) == 1, "an object is destroyed that does not live"); }
  void born() const { expect(living.insert(this).second, "an object is made over another"); }

  static inline std::set<const held*> living;
  int value;
};

inline std::coroutine_handle<> waiting;

/// Awaiting it suspends once and gives `value`.
template <class Value>
class later {
 public:
  explicit later(Value value) : value_(std::move(value)) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiting = handle; }
  Value await_resume() { return std::move(value_); }

 private:
  Value value_;
};

/// A coroutine that returns an int and is awaited by none.
class coroutine {
 public:
  struct promise_type {
    coroutine get_return_object() { return coroutine(handle::from_promise(*this)); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_value(int value) noexcept { result = value; }
    void unhandled_exception() noexcept { error = std::current_exception(); }
    int result = 0;
    std::exception_ptr error;
  };
  using handle = std::coroutine_handle<promise_type>;

  explicit coroutine(handle made) : handle_(made) {}
  coroutine(coroutine&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  ~coroutine() {
    if (handle_) handle_.destroy();
  }
  bool done() const { return handle_.done(); }
  int result() const { return handle_.promise().result; }

 private:
  handle handle_;
};

/// Runs `make()` to its end, expecting `result`; then again, destroying it at its first await.
template <class Make>
int ask(Make make, int result) {
  {
    coroutine running = make();
    for (int steps = 0; !running.done() && steps < 1000; ++steps) waiting.resume();
    expect(running.done(), "it does not end");
    expect(running.result() == result, "the result is another");
  }
  expect(held::living.empty(), "objects are left over after the end");
  held::living.clear();
  {
    coroutine suspended = make();
  }
  expect(held::living.empty(), "objects are left over after it was destroyed while suspended");
  held::living.clear();
  std::puts(mistakes == 0 ? "right" : "WRONG");
  return mistakes == 0 ? 0 : 1;
}

}  // namespace probe
