#include "pirn/exec/thread.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "pirn/base/assert.hpp"
#include "pirn/base/deadline.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/exec/blocking_wait.hpp"
#include "pirn/platform/affinity.hpp"
#include "pirn/platform/thread_name.hpp"

namespace pirn {

namespace detail {

namespace {

thread_local const thread_state* current = nullptr;

std::string name_or_number(std::string_view name) {
  static std::atomic<unsigned> unnamed = 0;
  return name.empty() ? "thread-" + std::to_string(++unnamed) : std::string(name);
}

}  // namespace

/// What a thread and its handle share. The handle owns it: it joins before it lets go.
class thread_state {
 public:
  thread_state(std::string_view name, std::move_only_function<void(std::stop_token)> body)
      : name_(name_or_number(name)), body_(std::move(body)) {}
  thread_state(thread_state&&) = delete;  // the thread points at it

  void start() {
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      throw std::system_error(error.code(), "start of thread " + name_);
    }
  }

  const std::string& name() const noexcept { return name_; }
  std::stop_source& stop_source() noexcept { return stop_; }
  std::stop_token stop_token() const noexcept { return stop_.get_token(); }

  bool done() const {
    std::scoped_lock lock(mutex_);
    return done_;
  }

  /// Returns: whether the call has ended.
  bool wait(std::optional<duration> limit) {
    PIRN_ASSERT(current != this, "a thread waits for its own end");
    std::unique_lock lock(mutex_);
    const auto ended = [this] { return done_; };
    if (done_) return true;
    if (!limit) {
      ended_.wait(lock, ended);
      return true;
    }
    return ended_.wait_until(lock, moment_after(*limit), ended);
  }

  /// Requires: it has ended.
  const std::exception_ptr& look_at_failure() noexcept {
    seen_ = true;
    return failure_;
  }

  void end() noexcept {
    PIRN_ASSERT(current != this, "a thread destroys its own handle");
    stop_.request_stop();
    thread_.join();
    if (failure_ && !seen_) std::rethrow_exception(failure_);  // terminates: see thread
  }

 private:
  void run() noexcept {
    set_thread_name(name_);
    leave_pin();  // of the loop that started it
    current = this;
    std::exception_ptr failure;
    try {
      body_(stop_.get_token());
    } catch (...) {
      failure = std::current_exception();
    }
    body_ = nullptr;  // what the call owned ends with it, on its thread
    std::scoped_lock lock(mutex_);
    failure_ = std::move(failure);
    done_ = true;
    ended_.notify_all();  // under the lock: the handle may be gone right after
  }

  const std::string name_;
  std::move_only_function<void(std::stop_token)> body_;  // the thread's own
  std::stop_source stop_;
  std::thread thread_;
  bool seen_ = false;  // the handle's: someone has been told of the failure

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable ended_;
  bool done_ = false;
  std::exception_ptr failure_;
};

}  // namespace detail

thread::thread(std::string_view name, body run)
    : state_(std::make_unique<detail::thread_state>(name, std::move(run))) {
  state_->start();
}

thread::thread(thread&&) noexcept = default;

thread& thread::operator=(thread&& other) noexcept {
  if (this == &other) return *this;
  end();
  state_ = std::move(other.state_);
  return *this;
}

thread::~thread() {
  end();
}

void thread::end() noexcept {
  if (state_ != nullptr) state_->end();
}

detail::thread_state& thread::state() const noexcept {
  PIRN_ASSERT(state_ != nullptr, "a thread that was moved from is used");
  return *state_;
}

const std::string& thread::name() const noexcept {
  return state().name();
}

bool thread::stop() noexcept {
  return state().stop_source().request_stop();
}

std::stop_token thread::stop_token() const noexcept {
  return state().stop_token();
}

bool thread::done() const {
  return state().done();
}

bool thread::wait(std::optional<duration> limit) {
  if (state().done()) return true;
  detail::refuse_to_block_a_loop("thread::join()", "co_await to_thread()");
  return state().wait(limit);
}

void thread::join() {
  if (const std::exception_ptr thrown = failure()) std::rethrow_exception(thrown);
}

bool thread::join_for(duration limit) {
  if (!wait(limit)) return false;
  join();
  return true;
}

std::exception_ptr thread::failure() {
  wait(std::nullopt);
  return state().look_at_failure();
}

void join_all(std::span<thread> threads) {
  std::vector<std::exception_ptr> failures;
  for (thread& each : threads) {
    if (std::exception_ptr thrown = each.failure()) failures.push_back(std::move(thrown));
  }
  if (!failures.empty()) throw exception_group(std::move(failures));
}

namespace this_thread {

std::stop_token stop_token() noexcept {
  return detail::current == nullptr ? std::stop_token() : detail::current->stop_token();
}

bool should_stop() noexcept {
  return stop_token().stop_requested();
}

bool sleep_for(duration length) {
  std::mutex mutex;
  std::condition_variable_any nothing;
  std::unique_lock lock(mutex);
  const std::stop_token stop = stop_token();
  nothing.wait_until(lock, stop, detail::moment_after(length), [] { return false; });
  return !stop.stop_requested();
}

std::string name() {
  return detail::current == nullptr ? detail::thread_name() : detail::current->name();
}

}  // namespace this_thread

}  // namespace pirn
