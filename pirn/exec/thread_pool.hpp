// thread_pool: threads that take calls from a queue.
#pragma once

#include <condition_variable>
#include <mutex>
#include <ranges>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/core/file_system.hpp"
#include "pirn/exec/call_state.hpp"
#include "pirn/exec/executor.hpp"

namespace pirn {

/// Runs calls on up to `size` threads, first come, first served. Threads start when there is work
/// for them.
///
/// The destructor waits for all that was submitted.
/// Threads: every member from any thread.
/// Source:  concurrent.futures.ThreadPoolExecutor.
class thread_pool final : public blocking_runner {
 public:
  explicit thread_pool(unsigned size = std::max(1U, std::thread::hardware_concurrency()));
  thread_pool(thread_pool&&) = delete;  // its threads point at it
  ~thread_pool();

  /// Calls `fn(args...)` on a thread of the pool, with copies of its own.
  /// Returns: the result to come.
  /// Throws:  std::runtime_error after shutdown().
  template <class Fn, class... Args>
  auto submit(Fn&& fn, Args&&... args) {
    using result = detail::submit_result_t<Fn, Args...>;
    detail::state_ref call(new pooled_call<result, std::decay_t<Fn>, std::decay_t<Args>...>(
        std::forward<Fn>(fn), std::forward<Args>(args)...));
    future<result> promised(call);
    run(*call);
    static_cast<void>(call.release());  // the queue's; perform() takes it back
    return promised;
  }

  /// Calls `fn` for each element of `inputs`.
  /// Returns: the futures, in the order of the elements.
  template <class Fn, std::ranges::input_range Inputs>
  auto map(Fn fn, Inputs&& inputs) {
    using result = std::invoke_result_t<Fn&, std::ranges::range_reference_t<Inputs>>;
    std::vector<future<result>> futures;
    for (auto&& each : inputs) {
      futures.push_back(submit(fn, std::forward<decltype(each)>(each)));
    }
    return futures;
  }

  /// Takes no more work, runs what is queued, and ends the threads.
  /// Threads: any but the pool's own.
  void shutdown(shutdown_options options = {});

  void run(blocking_job& job) override;

  std::string_view name() const noexcept { return "pool"; }
  unsigned concurrency() const noexcept { return size_; }
  unsigned size() const noexcept { return size_; }
  unsigned started() const;

 private:
  template <class T, class Fn, class... Args>
  class pooled_call;

  void work();

  const unsigned size_;
  mutable std::mutex mutex_;
  std::condition_variable work_to_do_;
  intrusive_list<blocking_job> queue_;
  std::size_t queued_ = 0;
  std::size_t idle_ = 0;
  bool closing_ = false;
  std::vector<std::jthread> threads_;
};

template <class T, class Fn, class... Args>
class thread_pool::pooled_call final : public detail::call_state<T, Fn, Args...>,
                                       public blocking_job {
 public:
  using detail::call_state<T, Fn, Args...>::call_state;

 private:
  void perform() noexcept override {
    const detail::state_ref<pooled_call> self(this);
    this->perform_call();
  }
};

}  // namespace pirn
