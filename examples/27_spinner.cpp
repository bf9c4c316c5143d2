// spinner: something turns while an answer is thought of: in a thread, and as a task.
#include <latch>
#include <string_view>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

// One picture of the spinner. On a screen each would overwrite the last; here only the first round
// is shown, so that the output is the same however long the thinking takes.
void show(std::size_t turn, std::string_view message) {
  constexpr std::string_view pictures = "|/-\\";
  if (turn < pictures.size()) fmt::print("{} {}\n", pictures[turn], message);
}

// ---- by a thread: it is asked to stop, and sleep_for() tells it so ----

void spin_in_a_thread(std::string_view message, std::latch& once_around) {
  fmt::print("spinner: thread {}\n", pirn::this_thread::name());
  for (std::size_t turn = 0;; ++turn) {
    show(turn, message);
    if (turn < 4) once_around.count_down();
    if (!pirn::this_thread::sleep_for(1ms)) break;
  }
}

int supervise_a_thread() {
  std::latch once_around{4};
  pirn::thread spinner({.name = "spinner"}, spin_in_a_thread, "thinking!", std::ref(once_around));
  once_around.wait();  // the thinking: a long call that blocks
  spinner.stop();
  spinner.join();
  return 42;
}

// ---- by a task: it is cancelled where it awaits, and both share one thread ----

pirn::task<> spin_as_a_task(std::string_view message) {
  for (std::size_t turn = 0;; ++turn) {
    show(turn, message);
    co_await pirn::sleep_for(100ms);
  }
}

pirn::task<int> think() {
  co_await pirn::sleep_for(3s);
  co_return 42;
}

pirn::task<> supervise(pirn::task_group& group, int& answer) {
  auto spinner = group.spawn(spin_as_a_task, "pondering!");
  spinner.set_name("spinner");
  fmt::print("spinner: task {}\n", spinner.name());
  answer = co_await think();
  spinner.cancel();
}

pirn::task<int> supervise_a_task() {
  int answer = 0;
  co_await pirn::with_group(supervise, std::ref(answer));
  co_return answer;
}

int main() {
  fmt::print("answer: {}\n", supervise_a_thread());
  fmt::print("answer: {}\n",
             pirn::run({.driver = pirn::driver_choice::virtual_time}, supervise_a_task));
}

// Output:
// spinner: thread spinner
// | thinking!
// / thinking!
// - thinking!
// \ thinking!
// answer: 42
// spinner: task spinner
// | pondering!
// / pondering!
// - pondering!
// \ pondering!
// answer: 42
