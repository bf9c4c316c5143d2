#include "pirn/process/deferred.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "pirn/base/deadline.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/io_wait.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/platform/descriptor_calls.hpp"

namespace pirn::detail {

namespace {

void finish_here(step_work& work, std::optional<steady_time> deadline) {
  while (!work.step()) {
    descriptor_event next = work.awaited();
    int ready = wait_until_ready(next.descriptor, next.events, deadline);
    if (ready < 0) throw std::system_error(errno_code(-ready), std::string(work.verb()));
    if (ready == 0) throw timeout_error();
  }
}

task<> finish_on_loop(step_work& work) {
  for (;;) {
    co_await check_cancelled();
    if (work.step()) co_return;
    descriptor_event next = work.awaited();
    io_wait<poll_operation> ready(work.verb());
    ready.request().descriptor = next.descriptor;
    ready.request().events = next.events;
    int result = co_await ready;
    if (result < 0) throw std::system_error(errno_code(-result), std::string(work.verb()));
  }
}

}  // namespace

void carry_out_here(step_work& work, std::optional<duration> limit) {
  if (loop::current_or_null() != nullptr) {
    throw std::logic_error(std::string(work.verb()) +
                           ": result() would block the loop of this thread: co_await it");
  }
  try {
    finish_here(work, deadline_in(limit));
  } catch (...) {
    if (step_work* rest = work.undo()) finish_here(*rest, std::nullopt);
    throw;
  }
}

task<> carry_out_on_loop(step_work& work) {
  if (loop::current().driver().is_virtual()) {
    throw std::system_error(errno_code(ENOTSUP),
                            std::string(work.verb()) + " on a loop whose time is virtual");
  }
  std::exception_ptr error;
  try {
    co_await finish_on_loop(work);
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return;
  if (step_work* rest = work.undo()) co_await shield(finish_on_loop(*rest));
  std::rethrow_exception(error);
}

}  // namespace pirn::detail
