// ranks: pirn on many ranks, where it was built with MPI; without_mpi/ranks.hpp is its twin.
#pragma once

#include "pirn/mpi/mpi_main.hpp"
#include "pirn/mpi/mpi_pool.hpp"

namespace pirn::apps {

inline constexpr bool has_ranks = true;

/// Calls `use(pool)` with an executor over all ranks, inside main_on_ranks().
/// Throws: usage_error where pirn was built without MPI.
template <class Use>
auto with_ranks(Use use) {
  mpi_pool pool;
  return use(pool);
}

/// What main() returns: under mpirun rank 0 runs the program, and all others make its calls.
inline int main_on_ranks(int (*program)(int argc, char** argv), int argc, char** argv) {
  return mpi_main(program, argc, argv);
}

}  // namespace pirn::apps
