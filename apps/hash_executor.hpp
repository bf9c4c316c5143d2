// hash_executor: where the digests of `pirn hash` are made.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "file_digest.hpp"
#include "pirn/exec/map.hpp"

namespace pirn::apps {

enum class executor_choice : std::uint8_t {
  threads,
  processes,
  mpi,        ///< the ranks that mpirun started
  this_loop,  ///< one after the other, here: the inline executor
};

/// Gives the digests of files in the order of their names, which must outlive it.
using digest_source = std::function<mapped<digest_result>(std::span<const std::string>)>;

/// Calls `use` with a source on the chosen executor, and ends the executor afterwards: it waits for
/// calls that are under way, but kills processes when `use` throws.
///
/// `jobs`: how many threads or processes; 0: one a processor. The others have a number of their
/// own. Stop:   ends what threads are in the middle of; processes are killed when `use` throws.
/// Throws: what `use` throws; usage_error when there is no such executor here.
void with_digest_source(executor_choice choice, unsigned jobs,
                        const std::function<void(const digest_source&)>& use);

}  // namespace pirn::apps
