// uring_file: requests for files, descriptors and connections as io_uring's entries, and their
// answers.
#pragma once

#include "pirn/core/operation.hpp"
#include "pirn/platform/uring_core.hpp"

namespace pirn::detail {

// As `driver::start`.
started start(uring_core& core, open_operation& request) noexcept;
started start(uring_core& core, read_operation& request) noexcept;
started start(uring_core& core, write_operation& request) noexcept;
started start(uring_core& core, fsync_operation& request) noexcept;
started start(uring_core& core, close_operation& request) noexcept;
started start(uring_core& core, rename_operation& request) noexcept;
started start(uring_core& core, unlink_operation& request) noexcept;
started start(uring_core& core, make_directory_operation& request) noexcept;
started start(uring_core& core, stat_operation& request) noexcept;
started start(uring_core& core, poll_operation& request) noexcept;
started start(uring_core& core, connect_operation& request) noexcept;

/// Fills in what the request is to tell, by its kind. Its `completed()` is the caller's to call.
void answer(uring_core& core, operation& request, int result) noexcept;

}  // namespace pirn::detail
