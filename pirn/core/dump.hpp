// dump: the task tree as text: who runs, who waits for what, where, and held by whom.
#pragma once

#include <iosfwd>
#include <string>

#include "pirn/core/scope.hpp"

namespace pirn {

/// The tasks at and below a node, one a line, children indented below their parents:
///   `#3 reader: waiting for lock of mutex, 0.250 s, held by #2 writer at server.cpp:41`
/// and after them every cycle of tasks of which each waits for what the next one
/// holds.
std::string describe_tasks(const scope_node& top);

/// Prints the tasks of this thread's loop, if it runs one.
void dump_tasks(std::ostream& stream);

/// The same on standard error, for a debugger: `call pirn::dump_tasks()`.
void dump_tasks() noexcept;

}  // namespace pirn
