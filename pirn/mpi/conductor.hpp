// conductor: rank 0's thread that hands out calls and takes the answers.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "pirn/exec/executor.hpp"
#include "pirn/mpi/patience.hpp"
#include "pirn/mpi/rank_call.hpp"
#include "pirn/mpi/rank_desk.hpp"
#include "pirn/mpi/rank_link.hpp"

namespace pirn::detail {

/// Keeps the queue of a pool. While it lives, its thread is the one that uses the link.
///
/// Threads: add() and close() from any.
class conductor {
 public:
  /// `initializer`, if any, is performed by every rank before its first call.
  conductor(rank_link& link, const remote::bytes& initializer);
  conductor(conductor&&) = delete;  // its thread points at it
  /// Waits as close({}) does.
  ~conductor();

  /// Throws: std::runtime_error after close(); broken_executor when an initializer failed.
  void add(std::unique_ptr<rank_call> call);
  /// Requires: it does not wait on the thread that takes the answers (asserted).
  void close(shutdown_options options);

 private:
  class first_call;

  void conduct();
  bool take_news();  // whether there were any
  void take_answer(rank_desk& desk, std::span<const std::byte> content);
  bool hand_out();  // whether there were any calls
  bool is_over();
  std::unique_ptr<rank_call> next_call();
  rank_desk* desk_with_room();
  void send(rank_desk& desk, std::unique_ptr<rank_call> call);
  void break_down(const std::exception_ptr& cause);

  rank_link& link_;
  // The thread's own.
  std::vector<rank_desk> desks_;  // of rank 1, 2, ...
  std::size_t under_way_ = 0;
  std::deque<std::unique_ptr<rank_call>> given_back_;  // begun, but on no desk: they go first

  std::mutex mutex_;
  std::deque<std::unique_ptr<rank_call>> queue_;  // under mutex_, as all that follows
  bool closing_ = false;
  std::exception_ptr broken_;
  std::thread::id conducting_;

  std::mutex joining_;
  std::thread thread_;
};

}  // namespace pirn::detail
