// rank_worker: what a rank does that is not rank 0.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pirn/mpi/rank_link.hpp"
#include "pirn/remote/archive.hpp"

namespace pirn::detail {

/// An answer begins with how long the call took, so that rank 0 knows how many to send ahead.
struct answer_header {
  std::uint64_t took_ns = 0;
};

/// Performs a call.
/// Returns: an answer_header, then what remote::perform() gives.
remote::bytes answer_call(std::span<const std::byte> call);

/// Performs the calls that rank 0 sends, one by one, until it says that this was all.
/// Returns: the exit status that it wants.
int serve_rank(rank_link& link);

}  // namespace pirn::detail
