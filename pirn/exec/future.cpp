#include "pirn/exec/future.hpp"

#include "pirn/base/type_name.hpp"
#include "pirn/exec/blocking_wait.hpp"

namespace pirn {

void future_base::wait_here(std::optional<duration> limit) const {
  detail::future_state& awaited = state();
  if (!awaited.is_settled()) {
    detail::refuse_to_block_a_loop("future::result()");
    if (!awaited.wait(detail::deadline_in(limit))) throw timeout_error();
  }
  if (cancelled()) throw future_cancelled();
}

std::string_view to_string(future_status status) noexcept {
  switch (status) {
    case future_status::pending:
      return "pending";
    case future_status::running:
      return "running";
    case future_status::cancelled:
      return "cancelled";
    case future_status::finished:
      return "finished";
  }
  std::unreachable();
}

std::string to_string(const future_base& shown) {
  const future_status status = shown.status();
  std::string text = "<future ";
  text += to_string(status);
  if (status == future_status::finished) {
    const std::exception_ptr error = shown.state().error();
    text += error ? " raised " + type_name(error)
                  : " returned " + type_name(shown.state().value_type());
  }
  return text + ">";
}

}  // namespace pirn
