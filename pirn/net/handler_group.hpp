// handler_group: the connections of a server, of which one may fail and the others go on.
#pragma once

#include <exception>

#include "pirn/base/endpoint.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/net/serve_options.hpp"

namespace pirn::net::detail {

/// Tells `failures` of a connection's failure; where there is no sink, rethrows it, but not what
/// the network, the system or the peer did.
void report_failure(const endpoint& peer, const std::exception_ptr& error,
                    const failure_sink& failures);

/// The handlers of a server. One that fails ends alone, and its failure is told with its peer's
/// address: that is noted beside the task, at its own length, for there may be a million.
class handler_group final : public task_group {
 public:
  handler_group(task_record& owner, const failure_sink& failures)
      : task_group(owner), failures_(failures) {}

 private:
  void child_failed(const task_record& child, std::exception_ptr error) noexcept override;

  const failure_sink& failures_;
};

}  // namespace pirn::net::detail
