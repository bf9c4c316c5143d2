#include "pirn/exec/blocking_wait.hpp"

#include <stdexcept>
#include <string>

#include "pirn/core/loop.hpp"
#include "pirn/platform/futex.hpp"

namespace pirn::detail {

void refuse_to_block_a_loop(std::string_view what, std::string_view instead) {
  if (loop::current_or_null() == nullptr) return;
  throw std::logic_error(std::string(what) +
                         " would block the loop of this thread: " + std::string(instead));
}

bool thread_sleep::sleep(std::optional<steady_time> deadline) noexcept {
  while (woken_.load(std::memory_order_acquire) == 0) {  // pairs with wake()
    if (futex_wait(woken_, 0, deadline)) continue;
    return woken_.load(std::memory_order_acquire) != 0;
  }
  return true;
}

void thread_sleep::wake() noexcept {
  woken_.store(1, std::memory_order_release);  // then only its address is used
  futex_wake(woken_);
}

}  // namespace pirn::detail
