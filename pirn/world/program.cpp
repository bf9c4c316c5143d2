#include "pirn/world/program.hpp"

#include "pirn/core/loop.hpp"
#include "pirn/world/host.hpp"

namespace pirn {

// The record frees itself, and the frame, at its end.
void program::start(loop& on, task<> main) {
  task<> guarded = guard(std::move(main));
  task_record& record = task_record::make(on, on.root(), guarded.frame());
  guarded.release().promise().become_root(record);
  record.set_name(name_);
  record.observe(*this);
  on.make_ready(record);
}

task<> program::guard(task<> main) {
  try {
    co_await std::move(main);
  } catch (...) {
    error_ = std::current_exception();
  }
}

void program::ended() noexcept {
  ended_ = true;
  crashed_ = !home_.is_up();
  if (crashed_) error_ = nullptr;  // nobody heard it
  home_.program_ended(*this);
}

}  // namespace pirn
