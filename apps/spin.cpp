// pirn spin: a spinner while something slow goes on.

#include <memory>
#include <string_view>

#include <fmt/core.h>

#include "command.hpp"
#include "option_checks.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

namespace {

struct spin_options {
  double seconds = 3;
  std::string message = "thinking!";
};

// Turns until it is cancelled, and then wipes its line.
task<> spin(std::string message) {
  try {
    for (;;) {
      for (char bar : std::string_view("|/-\\")) {
        fmt::print("\r{} {}", bar, message);
        std::fflush(stdout);
        co_await sleep_for(std::chrono::milliseconds(100));
      }
    }
  } catch (const cancelled&) {
    fmt::print("\r{:{}}\r", "", message.size() + 2);
    throw;
  }
}

task<int> slow_function(duration length) {
  co_await sleep_for(length);
  co_return 42;
}

task<int> supervise(task_group& group, spin_options options) {
  child<void> spinner = group.spawn(spin, options.message);
  spinner.set_name("spinner");
  const auto length =
      std::chrono::duration_cast<duration>(std::chrono::duration<double>(options.seconds));
  int answer = co_await slow_function(length);
  spinner.cancel();
  co_return answer;
}

task<> show(spin_options options) {
  int answer = co_await with_group(supervise, options);
  fmt::print("Answer: {}\n", answer);
}

}  // namespace

void add_spin(CLI::App& program, action& chosen) {
  auto options = std::make_shared<spin_options>();
  CLI::App* command = program.add_subcommand("spin", "Show a spinner while something slow goes on");
  constexpr double seconds_max = 1e6;
  command->add_option("-n,--seconds", options->seconds, "how long")
      ->check(seconds_from(0, seconds_max))
      ->option_text("S [3]");
  command->add_option("MESSAGE", options->message, "what to say meanwhile")
      ->option_text("[thinking!]");
  command->footer("Example:\n  pirn spin -n 5 'thinking hard'");
  command->callback([options, &chosen] {
    chosen = [options] {
      run(show, *options);
      return 0;
    };
  });
}

}  // namespace pirn::apps
