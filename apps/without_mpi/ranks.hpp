// ranks: stands in for with_mpi/ranks.hpp where pirn was built without MPI.
#pragma once

#include <type_traits>

#include "../command.hpp"
#include "pirn/exec/inline_executor.hpp"
#include "pirn/exec/process_entry.hpp"

namespace pirn::apps {

inline constexpr bool has_ranks = false;

template <class Use>
auto with_ranks(Use) -> std::invoke_result_t<Use&, inline_executor&> {
  throw usage_error("this pirn was built without MPI");
}

inline int main_on_ranks(int (*program)(int argc, char** argv), int argc, char** argv) {
  process_main(argc, argv);
  return program(argc, argv);
}

}  // namespace pirn::apps
