// loop_runner: runs one main task on a loop to its end.
#pragma once

#include "pirn/core/child.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/task.hpp"

namespace pirn {

/// Runs `main` on `home` until it has ended and gives its result.
///
/// Throws:  what `main` throws; `future_cancelled` when it was cancelled; deadlock_error when it
/// waits for what can never
///          come: the tasks are cancelled and cleaned up first.
/// Threads: the calling thread becomes the loop's for the time of the call.
class loop_runner {
 public:
  template <class T>
  static T run(loop& home, task<T> main) {
    PIRN_ASSERT(home.current_task() == nullptr, "a loop is not run by its own tasks");
    loop_entry entered(home);
    home.root().renew();
    auto frame = main.frame();
    task_record& record = task_record::make(home, home.root(), frame);  // freed by `running`
    main.release().promise().become_root(record);
    child<T> running(record, frame);
    home.make_ready(record);
    drive(home, running);
    if (running.was_cancelled()) throw future_cancelled("the main task was cancelled");
    return running.result_slot().take();
  }

 private:
  static void drive(loop& home, const task_handle& main);
};

}  // namespace pirn
