#include "sim_text.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

#include "json_text.hpp"

namespace pirn::apps {

namespace {

double seconds(duration length) noexcept {
  return std::chrono::duration<double>(length).count();
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string counted(std::uint64_t number, std::string_view what) {
  const char* ending = number == 1 ? "" : what.ends_with("sh") ? "es" : "s";
  return grouped(number) + " " + std::string(what) + ending;
}

// Others were passed over: when their time came they could not be, or the run was over.
std::string share_of_faults(std::uint64_t carried_out, std::uint64_t planned) {
  return fmt::format("{} of {} carried out", grouped(carried_out), counted(planned, "fault"));
}

std::string_view first_line(std::string_view text) noexcept {
  return text.substr(0, text.find('\n'));
}

std::string as_comment(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::string_view line = first_line(text);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    lines += "# " + std::string(line) + "\n";
  }
  return lines;
}

std::string_view name_of(const sim_run& how) noexcept {
  return how.what->name;
}

}  // namespace

void sim_summary::add(const sim_outcome& outcome) {
  ++seeds;
  failed += outcome.failure ? 1 : 0;
  runs += outcome.runs;
  events += outcome.events;
  simulated += outcome.simulated;
  for (const fault& each : outcome.plan.faults) ++faults[each.kind];
  planned += outcome.plan.faults.size();
  carried_out += outcome.carried_out;
  hash.add(outcome.seed);
  hash.add(outcome.hash);
}

double sim_summary::seeds_a_minute() const noexcept {
  return elapsed.count() > 0 ? static_cast<double>(seeds) / elapsed.count() * 60 : 0;
}

std::string replay_command(const sim_run& how, std::uint64_t seed) {
  std::string command = fmt::format("pirn sim {} --seed {}", name_of(how), seed);
  if (!how.bug.empty()) command += " --bug " + how.bug;
  if (!how.faults_option.empty()) command += " " + how.faults_option;
  return command + (how.twice ? " --twice" : "");
}

std::string text_of_failure(const sim_run& how, const sim_outcome& outcome) {
  return fmt::format("FAILED {}\n  again: {}\n", first_line(outcome.failure->text),
                     replay_command(how, outcome.seed));
}

std::string text_of(const sim_run& how, const sim_summary& all) {
  std::string text = fmt::format(
      "{}: {}, {}; {}, {} and {:.0f} simulated seconds in {:.2f} s: {} seeds a minute\n",
      name_of(how), counted(all.seeds, "seed"),
      all.failed == 0 ? "none failed" : grouped(all.failed) + " failed", counted(all.runs, "run"),
      counted(all.events, "event"), seconds(all.simulated), all.elapsed.count(),
      grouped(static_cast<std::uint64_t>(all.seeds_a_minute())));
  std::string faults;
  for (const auto& [kind, count] : all.faults) {
    faults += (faults.empty() ? "" : ", ") + counted(count, pirn::name_of(kind));
  }
  if (!faults.empty()) {
    text += fmt::format("faults: {}; {}\n", faults, share_of_faults(all.carried_out, all.planned));
  }
  return text + fmt::format("hash over all: {:016x}\n", all.hash.value());
}

std::string text_of_run(const sim_run& how, const sim_outcome& outcome) {
  std::string verdict;
  if (const std::size_t planned = outcome.plan.faults.size(); planned > 0) {
    verdict = share_of_faults(outcome.carried_out, planned) + "\n";
  }
  verdict +=
      fmt::format("{}: seed {}, {}, {}, {:.3f} simulated seconds, hash {:016x}\n", name_of(how),
                  outcome.seed, counted(outcome.runs, "run"), counted(outcome.events, "event"),
                  seconds(outcome.simulated), outcome.hash);
  if (outcome.failure) {
    verdict += "FAILED " + outcome.failure->text + "\nagain: " + replay_command(how, outcome.seed);
  } else {
    verdict += "nothing failed";
  }
  return to_string(outcome.plan) + as_comment(verdict);
}

std::string json_of(const sim_run& how, const sim_summary& all,
                    const std::vector<sim_outcome>& failures) {
  std::string faults;
  for (const auto& [kind, count] : all.faults) {
    faults += fmt::format("{}{}: {}", faults.empty() ? "" : ", ", json_string(pirn::name_of(kind)),
                          count);
  }
  std::string list;
  for (const sim_outcome& each : failures) {
    list += fmt::format(
        "{}\n  {{\"seed\": {}, \"at_s\": {:.9f}, \"event\": {}, \"what\": {}, \"again\": {}}}",
        list.empty() ? "" : ",", each.seed, seconds(each.failure->at.when.time_since_epoch()),
        each.failure->at.event, json_string(each.failure->text),
        json_string(replay_command(how, each.seed)));
  }
  return fmt::format(
      "{{\"scenario\": {}, \"seeds\": {}, \"failed\": {}, \"runs\": {}, \"events\": {}, "
      "\"simulated_s\": {:.3f}, \"elapsed_s\": {:.3f}, \"seeds_a_minute\": {:.0f}, "
      "\"faults\": {{{}}}, \"faults_carried_out\": {}, \"hash\": \"{:016x}\", \"failures\": "
      "[{}{}]}}\n",
      json_string(name_of(how)), all.seeds, all.failed, all.runs, all.events,
      seconds(all.simulated), all.elapsed.count(), all.seeds_a_minute(), faults, all.carried_out,
      all.hash.value(), list, list.empty() ? "" : "\n");
}

}  // namespace pirn::apps
