#include "pirn/core/loop_runner.hpp"

namespace pirn {

namespace {

/// Lets other threads reach a loop while its main task runs.
class open_door {
 public:
  explicit open_door(loop& home) noexcept : home_(home) { home.receive_visitors(); }
  open_door(open_door&&) = delete;  // closes once
  ~open_door() { home_.see_visitors_off(); }

 private:
  loop& home_;
};

}  // namespace

void loop_runner::drive(loop& home, const task_handle& main) {
  open_door open(home);
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
