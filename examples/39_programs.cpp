// programs: other programs, what they are given and what they give, in a task.
#include <string>

#include <fmt/core.h>

#include "pirn/pirn.hpp"
#include "pirn/process/process.hpp"
#include "pirn/process/run_program.hpp"

using namespace std::chrono_literals;

pirn::task<> sort_words() {
  auto sorted = co_await pirn::run_program(pirn::command("sort", "-r"), {.check = true},
                                           "pirn\nweft\nshuttle\n");
  fmt::print("{}", sorted.output);
}

// No shell is involved unless it is asked for. What is set for the program is set for it alone.
pirn::task<> another_world() {
  auto shell = pirn::command("sh", "-c", "echo \"$LOOM in $PWD\"");
  shell.with_environment("LOOM", "a jacquard").in_directory("/");
  auto said = co_await pirn::run_program(shell);
  fmt::print("{}", said.output);
}

pirn::task<> failures() {
  try {
    co_await pirn::run_program(pirn::command("sh", "-c", "echo no thread >&2; exit 3"),
                               {.check = true});
  } catch (const pirn::program_failed& failed) {
    fmt::print("{}\n  it said: {}", failed.what(), failed.result().errors);
  }
  try {
    co_await pirn::run_program("no-such-loom");
  } catch (const std::system_error& error) {
    fmt::print("{}\n", error.what());
  }
}

// Cancelled, run_program() kills the program and all that it started.
pirn::task<> not_for_ever() {
  auto slept =
      co_await pirn::move_on_after(10ms, pirn::run_program(pirn::command("sleep", "3600")));
  fmt::print("{}\n", slept ? "an hour has passed" : "killed");
}

// A process is what can be talked to while it runs.
pirn::task<> talk() {
  pirn::process upper({"tr", "a-z", "A-Z"},
                      {.input = pirn::stdio::pipe, .output = pirn::stdio::pipe});
  co_await upper.input().write_all("warp and weft\n");
  upper.input().close();
  std::string text = co_await upper.output().read_all();
  auto status = co_await upper.wait();
  fmt::print("{}{}\n", text, status.to_string());
}

pirn::task<> all() {
  co_await sort_words();
  co_await another_world();
  co_await failures();
  co_await not_for_ever();
  co_await talk();
}

int main() {
  pirn::run(all);
}

// Output:
// weft
// shuttle
// pirn
// a jacquard in /
// run sh -c 'echo no thread >&2; exit 3': exit status 3
//   it said: no thread
// spawn no-such-loom: No such file or directory
// killed
// WARP AND WEFT
// exit status 0
