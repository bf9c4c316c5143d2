// as_expected: an operation's failure as a value.
#pragma once

#include <expected>
#include <system_error>
#include <utility>

#include "pirn/core/to_task.hpp"

namespace pirn {

namespace detail {

template <class T>
task<std::expected<T, std::error_code>> run_as_expected(task<T> work) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
      co_return std::expected<T, std::error_code>{};
    } else {
      T value = co_await std::move(work);
      co_return std::expected<T, std::error_code>(std::move(value));
    }
  } catch (const std::system_error& error) {
    co_return std::unexpected(error.code());
  }
}

}  // namespace detail

/// Runs `work` and turns a std::system_error that it throws into its code; every other exception
/// passes. The text that names the operation and its object is lost: use it where the code decides
/// what happens next.
///
/// Lifetime: `work` that is no task must outlive the call's own task: await it in the same
///           expression.
template <task_awaitable Work>
auto as_expected(Work&& work) {
  return detail::run_as_expected(to_task(std::forward<Work>(work)));
}

}  // namespace pirn
