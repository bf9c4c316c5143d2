// exit_stack: the order of leaving.

#include "pirn/core/exit_stack.hpp"

namespace pirn {
namespace {

// Inside a handler of `error`, as `with` does it, so that a new error can be nested with it.
bool leave_with(detail::stacked_exit& leaving, const std::exception_ptr& error) {
  if (error == nullptr) return leaving.leave(nullptr);
  try {
    std::rethrow_exception(error);
  } catch (...) {
    return leaving.leave(error);
  }
}

}  // namespace

bool exit_stack::exit(std::exception_ptr error) {
  const bool received = error != nullptr;
  bool raised = false;  // `error` came out of an exit
  while (!exits_.empty()) {
    const std::unique_ptr<detail::stacked_exit> leaving = std::move(exits_.back());
    exits_.pop_back();
    try {
      if (leave_with(*leaving, error)) {
        error = nullptr;
        raised = false;
      }
    } catch (...) {
      error = std::current_exception();
      raised = true;
    }
  }
  if (raised) std::rethrow_exception(error);
  return received && error == nullptr;
}

void exit_stack::keep(std::unique_ptr<detail::stacked_exit> entered) {
  try {
    exits_.push_back(std::move(entered));
  } catch (const std::bad_alloc&) {
    entered->leave(std::current_exception());
    throw;
  }
}

}  // namespace pirn
