#include "sim_session.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "blocking_file.hpp"
#include "command.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/exec/map.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/run/run.hpp"
#include "pirn/world/reduce.hpp"
#include "pirn/world/timeline.hpp"
#include "progress.hpp"
#include "shell_quoted.hpp"
#include "sim_text.hpp"

namespace pirn::apps {

namespace {

using steady_clock = std::chrono::steady_clock;

class sim_session {
 public:
  explicit sim_session(const sim_plan& plan) : plan_(plan) {}

  /// Cancel: the runs that are under way are given up.
  task<> run_all();
  void finish(std::chrono::duration<double> elapsed);
  const std::vector<sim_outcome>& failures() const noexcept { return failures_; }

 private:
  void tell(const sim_outcome& outcome, progress_bar& progress);

  const sim_plan& plan_;
  std::atomic<bool> stop_ = false;
  sim_summary summary_;
  std::vector<sim_outcome> failures_;
};

task<> sim_session::run_all() {
  thread_pool pool(thread_pool_options{.size = plan_.jobs, .name = "sim"});
  const scope_exit give_up([this] { stop_ = true; });  // before the pool waits for its threads
  auto seeds = std::views::iota(plan_.first_seed, plan_.last_seed + 1);
  const auto run_one = [this](std::uint64_t seed) { return run_seed(plan_.run, seed, stop_); };
  progress_bar progress("sim", seeds.size());
  mapped<sim_outcome> outcomes = pirn::map(pool, map_options{.chunk = 1}, run_one, seeds);
  for (;;) {
    const std::optional<sim_outcome> outcome = co_await outcomes.next();
    if (!outcome) co_return;
    summary_.add(*outcome);
    tell(*outcome, progress);
    if (outcome->failure) failures_.push_back(*outcome);
    progress.advance();
  }
}

void sim_session::tell(const sim_outcome& outcome, progress_bar& progress) {
  if (plan_.form == sim_form::json || (!outcome.failure && !plan_.single)) return;
  progress.hide();
  const std::string text =
      plan_.single ? text_of_run(plan_.run, outcome) : text_of_failure(plan_.run, outcome);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void sim_session::finish(std::chrono::duration<double> elapsed) {
  summary_.elapsed = elapsed;
  if (plan_.form == sim_form::json) {
    std::fputs(json_of(plan_.run, summary_, failures_).c_str(), stdout);
  } else if (plan_.form == sim_form::text && !plan_.single) {
    std::fputs(text_of(plan_.run, summary_).c_str(), stdout);
  }
}

void draw_timeline(const sim_plan& plan, std::uint64_t seed) {
  const std::atomic<bool> never = false;
  world_options options = options_of_seed(seed);
  options.faults = plan.run.faults;
  const std::string trace = timeline_of(options, body_of(plan.run, never));
  write_output_blocking(plan.timeline_file, trace);
}

// Finds out which faults it takes, and writes them down.
void reduce_failure(const sim_plan& plan, const sim_outcome& failed) {
  const std::atomic<bool> never = false;
  world_options options = options_of_seed(failed.seed);
  options.faults = &failed.plan;
  const auto say = [&](const reduction& now) {
    if (plan.form != sim_form::text) return;
    fmt::print(stderr, "after {} runs: {} of {} faults\n", now.runs, now.plan.faults.size(),
               now.faults);
  };
  const reduction least = reduce(options, body_of(plan.run, never), {}, say);
  const std::string text = fmt::format("# pirn sim {}, seed {}\n{}", plan.run.what->name,
                                       failed.seed, to_string(least.plan));
  write_output_blocking(plan.reduced_file, text);
  if (plan.form == sim_form::json) return;
  sim_run again = plan.run;
  again.faults_option = "--faults " + shell_quoted(plan.reduced_file);
  fmt::print("seed {}: {} of {} faults are enough, after {} runs:\n{}  again: {}\n", failed.seed,
             least.plan.faults.size(), least.faults, least.runs, to_string(least.plan),
             replay_command(again, failed.seed));
}

}  // namespace

int run_sim(const sim_plan& plan) {
  sim_session session(plan);
  const auto begun = steady_clock::now();
  int signal_status = 0;
  try {
    run([&session] { return session.run_all(); });
  } catch (const ended_by_signal& asked) {
    signal_status = asked.exit_status();
  }
  session.finish(steady_clock::now() - begun);
  if (signal_status != 0) return signal_status;
  const bool has_failed = !session.failures().empty();
  if (!plan.timeline_file.empty() && (has_failed || plan.single)) {
    draw_timeline(plan, has_failed ? session.failures().front().seed : plan.first_seed);
  }
  if (!has_failed) return 0;
  if (!plan.reduced_file.empty()) reduce_failure(plan, session.failures().front());
  return exit_failure;
}

}  // namespace pirn::apps
