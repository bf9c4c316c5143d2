// as_expected: an operation's failure as a value.
#pragma once

#include <expected>
#include <system_error>
#include <utility>

#include "pirn/core/task.hpp"
#include "pirn/core/within.hpp"

namespace pirn {

/// Runs `work` and turns a std::system_error that it throws into its code; every other exception
/// passes. The text that names the operation and its object is lost: use it where the code decides
/// what happens next.
template <class T>
task<std::expected<T, std::error_code>> as_expected(task<T> work) {
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

/// The same for a single wait; await it in the same expression.
template <wait_like Wait>
task<std::expected<detail::wait_result_t<Wait>, std::error_code>> as_expected(Wait&& wait) {
  return as_expected(detail::as_task(wait));
}

}  // namespace pirn
