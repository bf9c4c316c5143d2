// thread_name: the name by which the kernel shows a thread (ps -L, top -H, gdb, /proc).
#pragma once

#include <string>
#include <string_view>

namespace pirn::detail {

/// Names the calling thread. The kernel keeps 15 bytes: a longer name is cut, between two
/// characters of its UTF-8.
void set_thread_name(std::string_view name) noexcept;

/// The kernel's name for the calling thread; that of its program where nobody set one.
std::string thread_name();

}  // namespace pirn::detail
