// broken_executor: what a future throws when those who were to make its result are gone.
#pragma once

#include <exception>
#include <stdexcept>
#include <string_view>

namespace pirn {

/// The worker, or its whole executor, ended before the call did.
/// Source: concurrent.futures.BrokenExecutor.
class broken_executor : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {
/// What an executor fails with whose initializer has just thrown; without memory for words, the
/// bad_alloc. `kind`: "thread pool"; an executor of a kind that has one only needs no name.
/// Requires: called in a catch clause.
std::exception_ptr broken_by_initializer(std::string_view kind,
                                         std::string_view name = {}) noexcept;
}  // namespace detail

}  // namespace pirn
