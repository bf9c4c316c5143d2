// broken_executor: what a future throws when those who were to make its result are gone.
#pragma once

#include <stdexcept>

namespace pirn {

/// The worker, or its whole executor, ended before the call did.
/// Source: concurrent.futures.BrokenExecutor.
class broken_executor : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace pirn
