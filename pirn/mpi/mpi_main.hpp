// mpi_main: what main() of a program returns that works on many ranks.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "pirn/mpi/rank_link.hpp"

namespace pirn {

namespace detail {

int mpi_main(int argc, char** argv, const std::function<int(int, char**)>& program);

/// Gives the ranks to one pool.
/// Throws: std::logic_error outside of mpi_main(), or while another pool has them.
rank_link& claim_ranks();
void release_ranks() noexcept;

}  // namespace detail

/// What `int main` returns in a program for mpirun. On rank 0 it calls `program(argc, argv)`, or
/// `program()`, where an mpi_pool may be made. All other ranks perform the pool's calls, asleep
/// while there are none, until the program has ended. Then all ranks end with its status: what it
/// returns, or 0; 1 with a message on standard error when it throws.
///
///     int main(int argc, char** argv) { return pirn::mpi_main(program, argc, argv); }
///
/// Without mpirun MPI is not started, and an mpi_pool has a thread of this process for its calls.
/// It calls process_main() first.
///
/// Requires: called once, at the top of main(): what stands before it happens on every rank. What
///           calls need elsewhere (registered exceptions) is set up before it.
/// Threads:  the main one; the program must not use MPI by itself.
/// Source:   mpi4py.futures' MPICommExecutor.
/// Example:  examples/35_mpi.cpp
template <class Program>
  requires std::invocable<Program&, int, char**> || std::invocable<Program&>
int mpi_main(Program program, int argc, char** argv) {
  return detail::mpi_main(argc, argv, [&program](int count, char** values) -> int {
    auto call = [&]() -> decltype(auto) {
      if constexpr (std::invocable<Program&, int, char**>) {
        return std::invoke(program, count, values);
      } else {
        return std::invoke(program);
      }
    };
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return 0;
    } else {
      return call();
    }
  });
}

}  // namespace pirn
