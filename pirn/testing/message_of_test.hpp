// message_of_test: what a task throws, in words.
#pragma once

#include <string>
#include <system_error>

#include "pirn/core/task.hpp"

namespace pirn::testing {

/// What `work()` throws, as text; empty when it throws nothing.
template <class E = std::system_error, class Fn>
task<std::string> message_of(Fn work) {
  std::string message;
  try {
    co_await work();
  } catch (const E& error) {
    message = error.what();
  }
  co_return message;
}

}  // namespace pirn::testing
