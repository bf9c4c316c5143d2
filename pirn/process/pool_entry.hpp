// pool_entry: what a process of a pool does.
#pragma once

#include "pirn/exec/process_entry.hpp"

namespace pirn::detail {

/// The role of a pool's processes. Its arguments: the index of its slots, the pool's process id,
/// and a name to show.
extern const process_role pool_role;

// What is at which descriptor when it starts.
inline constexpr int pool_socket = 3;
inline constexpr int pool_slots = 4;

/// The exit status of a process that had no room for the descriptors of a call.
inline constexpr int lost_descriptors_status = 71;  // EX_OSERR

}  // namespace pirn::detail
