#include "pirn/net/handler_group.hpp"

#include <system_error>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/within.hpp"
#include "pirn/io/buffered_reader.hpp"

namespace pirn::net::detail {

void report_failure(const endpoint& peer, const std::exception_ptr& error,
                    const failure_sink& failures) {
  if (failures) {
    failures(peer, error);
    return;
  }
  // Its connection has ended, as it would have anyway.
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error&) {
  } catch (const timeout_error&) {
  } catch (const io::limit_exceeded&) {
  } catch (const io::incomplete_read&) {
  }
}

void handler_group::child_failed(const task_record& child, std::exception_ptr error) noexcept {
  if (!is_cancellation(error)) {
    try {
      return report_failure(endpoint::unpacked(child.note()), error, failures_);
    } catch (...) {
      error = std::current_exception();
    }
  }
  task_group::child_failed(child, std::move(error));
}

}  // namespace pirn::net::detail
