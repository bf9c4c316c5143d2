// mpi_pool: the ranks that mpirun started, as an executor.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/exec/executor.hpp"
#include "pirn/exec/executor_members.hpp"
#include "pirn/mpi/mpi_main.hpp"
#include "pirn/mpi/rank_call.hpp"

namespace pirn {

struct mpi_pool_options {
  std::string_view name = "mpi";
};
static_assert(std::is_trivially_copyable_v<mpi_pool_options>);

/// Makes calls on all ranks but the one that has the pool; one at a time on each, first come, first
/// served. Functions and values travel as in a process_pool: captureless lambdas, function pointers
/// and function objects that cereal knows; copies of the arguments; results; exceptions with their
/// type and message.
///
/// A rank is given few calls ahead, about a millisecond's; all others wait here, where they can be
/// cancelled, and where an idle rank fetches the next. When a call takes longer than some
/// milliseconds, those behind it come back and go to other ranks. A message holds at most 2 GiB.
///
/// A rank that dies takes the whole program with it: that is mpirun's rule. Alone, without mpirun,
/// the pool makes its calls on one thread of this process.
///
/// Requires: made inside mpi_main(); one at a time.
/// Threads:  every member from any thread. Results arrive, and done-callbacks run, on the pool's
///           own thread here.
/// Cost:     idle ranks sleep until they are woken, and look ten times a second besides. Where a
///           rank is on another host than rank 0, nothing wakes it: it looks every millisecond,
///           and so does rank 0 while a call is under way.
/// Source:   mpi4py.futures.MPIPoolExecutor.
/// Example:  examples/35_mpi.cpp
class mpi_pool final : public executor_members<mpi_pool> {
 public:
  /// Throws: std::logic_error outside of mpi_main(), or while there is another one.
  explicit mpi_pool(mpi_pool_options options = {});
  /// Has every rank call `initializer(args...)` before its first call. When one throws, the pool is
  /// broken: its calls fail with broken_executor.
  template <class Initializer, class... Args>
    requires std::invocable<Initializer&, remote::travelling_t<Args>...>
  mpi_pool(mpi_pool_options options, Initializer initializer, const Args&... args)
      : mpi_pool(options, remote::encode_call(initializer, args...)) {
    static_assert(std::is_void_v<remote::call_result_t<Initializer, Args...>>,
                  "an initializer returns nothing");
  }
  mpi_pool(mpi_pool&&) = delete;  // its thread points at it
  /// Waits for all calls. When an exception leaves the pool's scope, those that have not begun are
  /// cancelled.
  ~mpi_pool();

  /// Calls `fn(args...)` on some rank, with copies.
  /// Throws: std::runtime_error after shutdown(); broken_executor; what saving an argument throws.
  template <class Fn, class... Args>
  auto submit(const Fn& fn, const Args&... args) {
    return add<remote::call_result_t<Fn, Args...>>(remote::encode_call(fn, args...));
  }
  /// The same for a function that is known when compiling: submit<&work>(42).
  template <auto Function, class... Args>
  auto submit(const Args&... args) {
    return submit(remote::detail::constant_callable<Function>(), args...);
  }

  /// Takes no more calls. The ranks stay, for another pool.
  /// Threads: to wait, any but the one on which results arrive (asserted).
  void shutdown(shutdown_options options = {});

  std::string_view name() const noexcept { return name_; }
  /// The number of ranks that make calls.
  unsigned concurrency() const noexcept { return concurrency_; }
  /// How many chunks map() keeps under way: some ahead of each rank.
  std::size_t map_buffer() const noexcept { return 8 * std::size_t{concurrency_}; }

 private:
  struct parts;
  mpi_pool(mpi_pool_options options, const remote::bytes& initializer);
  void add(std::unique_ptr<detail::rank_call> call);

  template <class T>
  future<T> add(remote::bytes content) {
    auto call = std::make_unique<detail::typed_rank_call<T>>(std::move(content));
    future<T> promised = call->get_future();
    add(std::move(call));
    return promised;
  }

  const std::string name_;
  unsigned concurrency_ = 0;
  std::unique_ptr<parts> parts_;
};

}  // namespace pirn
