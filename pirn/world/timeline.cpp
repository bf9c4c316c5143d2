#include "pirn/world/timeline.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "pirn/base/assert.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/sim/decision_text.hpp"
#include "pirn/world/host.hpp"
#include "pirn/world/trace.hpp"

namespace pirn {

// ---- writing down ----

void timeline::watch(world& what) {
  PIRN_ASSERT(world_ == nullptr || world_ == &what, "a timeline is of one world");
  world_ = &what;
  seed_ = what.options().seed;
  what.watch(this);
}

void timeline::look_around() {
  latest_ = world_->now();
  while (hosts_.size() < world_->hosts().size()) {
    hosts_.push_back(world_->hosts()[hosts_.size()]->name());
  }
}

void timeline::arrived(const sim::passage& there) noexcept {
  look_around();
  messages_.push_back(there);
  if (messages_.size() <= options_.kept_max) return;
  messages_.pop_front();
  ++forgotten_;
}

void timeline::took_turn(const host& who) noexcept {
  look_around();
  turns_.push_back({.when = world_->now(), .host = who.number()});
  if (turns_.size() <= options_.kept_max) return;
  turns_.pop_front();
  ++forgotten_;
}

void timeline::was_done(std::string_view what, const host& one, const host& other) noexcept {
  look_around();
  std::string text(what);
  if (&one != &other) text += " to " + other.name();
  marks_.push_back({world_->now(), one.number(), std::move(text)});
}

void timeline::fault_began(const fault& what) noexcept {
  look_around();
  faults_.push_back({&what, describe(what), to_string(what), world_->now(), never});
}

void timeline::fault_ended(const fault& what) noexcept {
  look_around();
  for (fault_slice& each : faults_) {
    if (each.what != &what || each.end != never) continue;
    each.end = world_->now();
    each.what = nullptr;  // another may come to lie there
  }
}

void timeline::failed(std::string_view why) {
  if (world_ != nullptr) look_around();
  failed_at_ = latest_;
  failure_ = why;
}

std::string timeline_of(const world_options& options, const std::function<void(world&)>& scenario,
                        const timeline_options& how) {
  timeline seen(how);
  world w(options);
  seen.watch(w);
  try {
    scenario(w);
  } catch (...) {
    seen.failed(describe_exception(std::current_exception()));
  }
  return seen.json();
}

// ---- as a trace ----

using detail::moments;
using detail::quoted_for_json;
using detail::trace;

std::string timeline::json() const {
  trace all;
  write_names(all);
  write_turns(all);
  write_messages(all);
  write_faults(all);
  write_marks(all);
  std::string plan;
  for (const fault_slice& each : faults_) plan += each.line + "\n";
  return all.write(
      fmt::format(R"({{"seed":{},"failure":{},"faults":{},"turns and messages left out":{}}})",
                  seed_, quoted_for_json(failure_), quoted_for_json(plan), forgotten_));
}

void timeline::write_names(trace& into) const {
  into.name_process(trace::faults_pid, "faults");
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    into.name_process(trace::pid_of(i), hosts_[i]);
    into.name_thread(trace::pid_of(i), trace::loop_of(i), "loop");
    into.name_thread(trace::pid_of(i), trace::network_of(i), "network");
  }
}

// Several turns of one moment are one slice.
void timeline::write_turns(trace& into) const {
  std::map<std::size_t, moments> by_host;
  std::map<std::pair<std::size_t, time_point>, unsigned> counts;
  for (const turn& each : turns_) {
    const unsigned count = ++counts[{each.host, each.when}];
    by_host[each.host][each.when] = count == 1 ? "turn" : fmt::format("{} turns", count);
  }
  for (const auto& [host, all] : by_host) {
    all.write_to(into, trace::pid_of(host), trace::loop_of(host));
  }
}

// On its way a message is a slice of its sender's; an arrow goes from where it was sent to where it
// arrived.
void timeline::write_messages(trace& into) const {
  std::map<std::size_t, moments> by_host;
  const auto note = [&](std::size_t host, time_point when, std::string_view what) {
    std::string& text = by_host[host][when];
    if (text.ends_with("...")) return;
    const bool has_room = text.size() < 60;
    text += (text.empty() ? "" : ", ") + std::string(has_room ? what : "...");
  };
  std::size_t id = 0;
  for (const sim::passage& each : messages_) {
    ++id;
    const std::string what = fmt::format("{} {}", sim::name_of(each.what), each.size_bytes);
    const std::string& to = hosts_[each.to];
    note(each.from, each.sent, fmt::format("{} to {}", what, to));
    note(each.to, each.arrived, fmt::format("{} from {}", what, hosts_[each.from]));
    const std::string under_way = fmt::format(
        R"("cat":"message","id":{},"pid":{},"tid":{},"name":{})", id, trace::pid_of(each.from),
        trace::network_of(each.from), quoted_for_json("to " + to));
    into.add(each.sent, trace::rank::begin,
             fmt::format(R"("ph":"b",{},"args":{{"what":"{}","bytes":{},"stream":{}}})", under_way,
                         sim::name_of(each.what), each.size_bytes, each.stream));
    into.add(each.arrived, trace::rank::end, R"("ph":"e",)" + under_way);
    const auto arrow = [&](std::size_t host) {
      return fmt::format(R"("cat":"arrow","id":{},"pid":{},"tid":{},"name":"{}")", id,
                         trace::pid_of(host), trace::network_of(host), sim::name_of(each.what));
    };
    into.add(each.sent, trace::rank::arrow_out, R"("ph":"s",)" + arrow(each.from));
    into.add(each.arrived, trace::rank::arrow_in, R"("ph":"f","bp":"e",)" + arrow(each.to));
  }
  for (const auto& [host, all] : by_host) {
    all.write_to(into, trace::pid_of(host), trace::network_of(host));
  }
}

void timeline::write_faults(trace& into) const {
  std::size_t id = 0;
  for (const fault_slice& each : faults_) {
    const std::string fields =
        fmt::format(R"("cat":"fault","id":{},"pid":{},"tid":{},"name":{})", ++id, trace::faults_pid,
                    trace::faults_pid, quoted_for_json(each.name));
    into.add(
        each.begin, trace::rank::begin,
        fmt::format(R"("ph":"b",{},"args":{{"line":{}}})", fields, quoted_for_json(each.line)));
    into.add(std::min(each.end, latest_), trace::rank::end, R"("ph":"e",)" + fields);
  }
}

void timeline::write_marks(trace& into) const {
  for (const mark& each : marks_) {
    into.add(
        each.when, trace::rank::mark,
        fmt::format(R"("ph":"i","s":"p","pid":{},"tid":{},"name":{})", trace::pid_of(each.host),
                    trace::loop_of(each.host), quoted_for_json(each.text)));
  }
  if (failed_at_ == never) return;
  into.add(failed_at_, trace::rank::mark,
           fmt::format(R"("ph":"i","s":"g","pid":{},"tid":{},"name":{},"args":{{"why":{}}})",
                       trace::faults_pid, trace::faults_pid,
                       quoted_for_json("failure: " + failure_.substr(0, failure_.find('\n'))),
                       quoted_for_json(failure_)));
}

}  // namespace pirn
