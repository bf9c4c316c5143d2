// call_in_process: one call in a process of its own, awaited here.
#pragma once

#include <type_traits>
#include <utility>

#include "pirn/core/task.hpp"
#include "pirn/process/process_pool.hpp"

namespace pirn {

/// Calls `fn(args...)` in a new process and waits for its result: for code that may crash, leak, or
/// have to be stopped by force. What can be called, and what travels, process_pool says.
///
/// Throws:   what `fn` throws; broken_executor when the process dies.
/// Cancel:   kills the process.
/// Lifetime: `fn` and the arguments are copied or moved into the task.
/// Cost:     a process each time, a millisecond or so; the loop stands still while it is started
///           and reaped, some tenths of that. For many calls keep a process_pool.
/// Example:  examples/40_functions_as_processes.cpp
template <class Fn, class... Args>
auto call_in_process(Fn fn, Args... args) -> task<remote::call_result_t<Fn, Args...>> {
  using result = remote::call_result_t<Fn, Args...>;
  process_pool pool{{.size = 1, .name = "call_in_process"}};
  future<result> called = pool.submit(fn, args...);
  // A cancelled wait unwinds this frame, and a pool that is unwound kills.
  if constexpr (std::is_void_v<result>) {
    co_await std::move(called);
  } else {
    result value = co_await std::move(called);
    co_return value;
  }
}

}  // namespace pirn
