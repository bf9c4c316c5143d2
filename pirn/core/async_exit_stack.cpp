// async_exit_stack: the order of leaving.

#include "pirn/core/async_exit_stack.hpp"

namespace pirn {

task<bool> async_exit_stack::exit(std::exception_ptr error) {
  const bool received = error != nullptr;
  bool raised = false;  // `error` came out of an exit
  while (!exits_.empty()) {
    const std::unique_ptr<detail::async_stacked_exit> leaving = std::move(exits_.back());
    exits_.pop_back();
    try {
      bool swallowed = co_await leaving->leave(error);
      if (swallowed) {
        error = nullptr;
        raised = false;
      }
    } catch (...) {
      error = std::current_exception();
      raised = true;
    }
  }
  if (raised) std::rethrow_exception(error);
  co_return received&& error == nullptr;
}

task<> async_exit_stack::close() {
  co_await shield(exit(nullptr));
}

}  // namespace pirn
