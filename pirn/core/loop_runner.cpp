#include "pirn/core/loop_runner.hpp"

namespace pirn {

void loop_runner::drive(loop& home, const task_handle& main) {
  if (home.run_until_ended(main.record())) return;
  std::string reason = "deadlock: tasks wait, and nothing can wake them\n";
  if (home.awaits_outside_work()) {
    reason = "a task on virtual time waits for another thread, which cannot act on virtual time\n";
  }
  reason += home.dump_tasks();
  main.record_->cancel();
  if (!home.run_until_ended(main.record())) {
    main.record_->cancel_through_shields();
    bool ended = home.run_until_ended(main.record());
    PIRN_ASSERT(ended, "a deadlocked task does not end even when cancelled");
  }
  throw deadlock_error(reason);
}

}  // namespace pirn
