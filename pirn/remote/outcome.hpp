// outcome: how a call ended, as a value that travels.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "pirn/base/outcome.hpp"
#include "pirn/remote/archive.hpp"
#include "pirn/remote/exceptions.hpp"

namespace pirn::remote {

namespace detail {

/// What is written before a value or an exception.
enum class ending : std::uint8_t { value, exception };

/// Returns: whether a value follows.
/// Throws:  message_error when it is no ending.
bool begins_with_value(archive_in& archive);

}  // namespace detail

/// Requires: the outcome is not empty.
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(archive_out& archive, const outcome<T>& ended) {
  if (ended.has_error()) {
    archive(detail::ending::exception);
    save_exception(archive, ended.error());
    return;
  }
  archive(detail::ending::value);
  if constexpr (!std::is_void_v<T>) archive(ended.value());
}

/// Requires: the outcome is empty.
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(archive_in& archive, outcome<T>& ended) {
  if (!detail::begins_with_value(archive)) {
    ended.set_error(load_exception(archive));
  } else if constexpr (std::is_void_v<T>) {
    ended.set_value();
  } else {
    T value{};
    archive(value);
    ended.set_value(std::move(value));
  }
}

}  // namespace pirn::remote
