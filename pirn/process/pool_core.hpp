// pool_core: a process pool but for the types of its calls: its queue, its workers, its
// thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/platform/shared_memory.hpp"
#include "pirn/process/pool_call.hpp"
#include "pirn/process/pool_worker.hpp"

namespace pirn::detail {

/// What each process does first: a call, or nothing.
struct pool_initializer {
  remote::bytes message;
  remote::attachments beside;
};

/// What is not said call by call.
struct pool_plan {
  unsigned size;
  unsigned calls_max;  ///< of one process, pool_worker::no_limit for any number
  std::string name;
  pool_initializer initializer;
};

/// Sends calls to processes and takes their results.
///
/// One thread of the pool waits for results and for the ends of processes. It starts them, too:
/// a process is killed by the kernel when the thread that started it ends. Calls are sent by that
/// thread, or by submit() itself when a worker has nothing to do.
///
/// Threads: any.
class pool_core {
 public:
  explicit pool_core(pool_plan plan);
  pool_core(pool_core&&) = delete;  // its thread points at it
  /// Requires: shutdown() with `wait` has returned.
  ~pool_core() = default;

  /// Takes the call over.
  /// Throws: std::runtime_error after shutdown(), broken_executor when no worker can be started;
  ///         then the call stays the caller's.
  void submit(pool_call& call);
  void shutdown(shutdown_options options);
  void kill_workers();
  std::vector<int> worker_pids() const;

  /// Looks for a short time whether the result of this call comes, if it is the only one of its
  /// process, and takes it. So the pool's thread need not be woken, to wake the caller.
  /// Returns: whether it has come.
  /// Throws:  std::bad_alloc; then nobody was disturbed.
  bool fetch_result(const pool_call& call, std::optional<steady_time> deadline);

  const std::string& name() const noexcept { return plan_.name; }
  unsigned size() const noexcept { return plan_.size; }

 private:
  using clock = pool_worker::clock;

  /// Calls that end; told when the lock is free, for their futures' callbacks may come back here.
  struct endings {
    struct completed {
      pool_call* call;
      frame result;
    };
    std::vector<completed> results;
    struct failed {
      pool_call* call;
      std::exception_ptr error;
    };
    std::vector<failed> failures;
    std::vector<pool_call*> given_up;
    void tell() noexcept;
  };

  /// What was read from one worker, which nobody else reads until this is gone.
  struct news {
    unsigned index = 0;
    std::vector<frame> frames;
    bool has_ended = false;  // the process
    reading_lock reading{};
  };

  // pool_core.cpp: the queue. All under the lock.
  /// How many calls of the present length one process may have at a time.
  std::size_t depth() const noexcept;
  void fill(pool_worker& worker, std::size_t depth, endings& over);
  void fill_all(endings& over);
  void share_with(pool_worker& idle, endings& over);
  void take_back_stuck() noexcept;
  void send(pool_worker& worker) noexcept;
  void want_worker() noexcept;
  void break_pool(const std::string& why, endings& over);
  void give_up_pending(endings& over) noexcept;
  void take_pending(std::vector<pool_call*>& into);
  bool is_over() const noexcept;
  /// endings::tell(), of those without which the pool cannot end.
  void tell(endings& over) noexcept;
  void dismiss() noexcept;

  // pool_fetch.cpp: threads that wait for a result.
  std::optional<unsigned> begin_fetch(const pool_call& call);
  void take_fetched(unsigned index, std::vector<frame>& frames, endings& over);
  void end_fetch(unsigned index) noexcept;

  // pool_manager.cpp: the pool's thread.
  void listen_at_door();
  void manage() noexcept;
  void wait_for_news(std::vector<news>& all);
  void read_from(pool_worker& worker, news& found);
  frame_stream::received receive(pool_worker& worker, std::vector<frame>& frames);
  void take_frames(pool_worker& worker, std::vector<frame>& frames, endings& over);
  void take_in(news& found, endings& over);
  void take_results(pool_worker& worker, std::vector<frame>& frames, endings& over);
  void bury(unsigned index, endings& over);
  void start_wanted();
  void employ(unsigned index, std::unique_ptr<pool_worker> made, endings& over);
  std::unique_ptr<pool_worker> start_worker(unsigned index, endings& over);
  spawned_process start_process(unsigned index, int socket);
  void abandon(pool_worker& worker, endings& over);
  void watch(unsigned index, pool_worker& worker);
  void listen(unsigned index, pool_worker& worker) noexcept;
  void end_all();
  void wake() noexcept;

  pool_plan plan_;           // stays as it is
  const unique_fd news_;     // an epoll set
  const unique_fd knocked_;  // an eventfd

  mutable std::mutex mutex_;
  intrusive_list<pool_call> pending_;
  std::size_t pending_count_ = 0;
  std::vector<std::unique_ptr<pool_worker>> workers_;  // by index; null where there is none
  std::size_t alive_ = 0;
  std::size_t wanted_ = 0;  // workers to be started
  bool starting_ = false;   // one is, which may have a call already
  mutable std::condition_variable started_;
  unsigned failed_starts_ = 0;   // in a row
  clock::duration call_time_{};  // of late; zero: nothing is known
  bool closing_ = false;
  bool killed_ = false;
  std::string broken_;  // why, once it is
  shared_memory slots_;
  std::thread manager_;  // from the first call on
  std::mutex joining_;

  static constinit inline thread_local const pool_core* telling_ = nullptr;
};

}  // namespace pirn::detail
