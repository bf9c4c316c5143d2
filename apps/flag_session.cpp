#include "flag_session.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

#include <fmt/core.h>

#include "command.hpp"
#include "directories.hpp"
#include "flag_comparison.hpp"
#include "flag_server.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/exec/to_thread.hpp"
#include "progress.hpp"

namespace pirn::apps {

namespace {

class flag_session {
 public:
  explicit flag_session(const flag_plan& plan) : plan_(plan) {
    if (plan.base_url.empty()) {
      server_.emplace(plan.flags_directory, plan.manners);
      base_url_ = "http://" + server_->address().to_string() + "/flags";
    } else {
      base_url_ = plan.base_url;
    }
  }

  /// Runs all styles, and then compares.
  task<> run_all();
  /// What is printed at the end.
  /// Returns: the exit status.
  int conclude(int signal_status) const;

  std::string directory_of(flag_style style) const;

 private:
  task<> run_one(flag_style style);
  task<> run_style(style_report& report, const flag_task& work, const flag_sink& done);
  void say(const std::string& text) const;

  const flag_plan& plan_;
  std::optional<flag_server> server_;
  std::string base_url_;
  std::vector<style_report> reports_;
  std::optional<std::string> difference_;  // set when the styles were compared
};

// Several styles have a folder each.
std::string flag_session::directory_of(flag_style style) const {
  if (plan_.styles.size() == 1) return plan_.destination;
  return plan_.destination + "/" + std::string(to_string(style));
}

void flag_session::say(const std::string& text) const {
  if (plan_.json) return;
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

task<> flag_session::run_style(style_report& report, const flag_task& work, const flag_sink& done) {
  switch (report.style) {
    case flag_style::sequential:
      co_await run_sequential(work, done);
      break;
    case flag_style::threads:
      co_await run_threads(work, done);
      break;
    case flag_style::futures:
      co_await run_futures(work, done);
      break;
    case flag_style::processes:
      co_await run_processes(work, done);
      break;
    case flag_style::async:
      co_await run_async(work, done);
      break;
    case flag_style::virtual_time:
      report.simulated = co_await to_thread(&run_virtual, std::cref(work), std::cref(done));
      break;
  }
}

task<> flag_session::run_one(flag_style style) {
  flag_task work{.codes = plan_.codes,
                 .order = {.base_url = base_url_,
                           .directory = directory_of(style),
                           .with_country = plan_.with_country,
                           .patience = plan_.manners.delay + std::chrono::seconds(30)},
                 .connections = connections_of(style, plan_.connections, plan_.codes.size()),
                 .watch = {},
                 .fetch = plan_.fetch,
                 .flags_directory = plan_.flags_directory,
                 .manners = plan_.manners};
  if (plan_.verbose) {
    work.watch = [this](std::string_view code, const future_base& seen) {
      say(fmt::format("{} {}\n", code, seen));
    };
  }
  if (plan_.styles.size() > 1) say(fmt::format("\n{}\n", to_string(style)));
  say(connections_report(work.connections));
  style_report& report = reports_.emplace_back();
  report.style = style;
  report.connections = work.connections;
  std::optional<progress_bar> bar;
  if (!plan_.verbose) bar.emplace(std::string(to_string(style)), plan_.codes.size());
  const auto begun = std::chrono::steady_clock::now();
  const scope_exit finish([&] {
    report.elapsed = std::chrono::steady_clock::now() - begun;
    bar.reset();
    say(final_report(report, plan_.codes.size()));
  });
  const flag_sink done = [&](flag_result result) {
    if (plan_.verbose) say(fmt::format("{} {}\n", result.code, result.message));
    report.results.push_back(std::move(result));
    if (bar) bar->advance();
  };
  co_await run_style(report, work, done);
}

task<> flag_session::run_all() {
  reports_.reserve(plan_.styles.size());
  say(initial_report(plan_.label, base_url_, plan_.codes));
  for (flag_style style : plan_.styles) co_await run_one(style);
  if (plan_.styles.size() > 1) {
    difference_ = co_await to_thread([this] {
      return find_difference(reports_, std::bind_front(&flag_session::directory_of, this));
    });
  }
}

int flag_session::conclude(int signal_status) const {
  if (plan_.json) {
    std::fputs(json_report(reports_).c_str(), stdout);
  } else {
    say("\n" + table_report(reports_));
  }
  if (signal_status != 0) return signal_status;
  const bool differ = difference_ && !difference_->empty();
  if (differ) {
    fmt::print(stderr, "pirn flags: the styles differ: {}\n", *difference_);
  } else if (difference_) {
    say(fmt::format("The {} files of all {} styles are byte-identical.\n",
                    reports_.front().downloaded(), reports_.size()));
  }
  const bool failed = std::ranges::any_of(
      reports_, [](const style_report& each) { return each.count(flag_fate::failed) > 0; });
  return differ || failed ? exit_failure : 0;
}

}  // namespace

int run_flags(const flag_plan& plan) {
  flag_session session(plan);
  for (flag_style style : plan.styles) make_directories(session.directory_of(style));
  int signal_status = 0;
  try {
    run(plan.run, &flag_session::run_all, &session);
  } catch (const ended_by_signal& asked) {
    signal_status = asked.exit_status();
  }
  return session.conclude(signal_status);
}

}  // namespace pirn::apps
