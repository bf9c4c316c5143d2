// kernel_files: files by plain system calls.
#pragma once

#include "pirn/core/file_tree.hpp"

namespace pirn {

/// The kernel's files; a `file_id` is a descriptor. A path with a NUL in it is answered with
/// -EINVAL, for the kernel would silently take its beginning.
///
/// Threads: any.
file_tree& kernel_files() noexcept;

namespace detail {

/// open(2)'s flags; close-on-exec, and never a controlling terminal.
int open_flags(const open_mode& mode) noexcept;

/// What a `st_mode` says the file is.
file_status::kind kind_of(unsigned mode) noexcept;

/// Whether the kernel would take only the beginning of `path`.
bool has_nul(const std::string& path) noexcept;

}  // namespace detail

}  // namespace pirn
