// world: many hosts, one clock: ordinary programs on a simulated network, replayed by a seed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pirn/base/random.hpp"
#include "pirn/sim/decision_log.hpp"
#include "pirn/sim/event_queue.hpp"
#include "pirn/sim/network.hpp"
#include "pirn/world/buggify.hpp"
#include "pirn/world/failure.hpp"
#include "pirn/world/fault_plan.hpp"
#include "pirn/world/host.hpp"
#include "pirn/world/names.hpp"
#include "pirn/world/observer.hpp"
#include "pirn/world/scheduling.hpp"

namespace pirn {

struct world_options {
  std::uint64_t seed = 0;   ///< of all that is left to chance
  time_point start_time{};  ///< what the clock shows at first
  sim::network_options network{};
  duration blocking_delay{};  ///< how long a blocking call (to_thread) takes
  scheduling schedule{};      ///< who goes first of hosts and tasks that could go at one moment
  /// What a nemesis does in place of what it would draw; lives as long as the world.
  const fault_plan* faults = nullptr;
};
static_assert(std::is_trivially_copyable_v<world_options>);

/// Hosts with names and addresses, each running ordinary pirn programs on a loop of its own, on one
/// thread and one clock, over a simulated network. Nothing in a program changes. Time jumps from
/// event to event; equal seeds give equal runs, which `decision_hash()` sums up.
///
/// Threads:  one.
/// Lifetime: at its end all hosts are crashed.
/// Example:  examples/55_world.cpp
class world {
 public:
  /// Throws: std::invalid_argument for times below zero, ways that cannot be, a depth out of range.
  explicit world(const world_options& options = {});
  world(world&&) = delete;  // hosts point at it
  ~world();

  const world_options& options() const noexcept { return options_; }
  time_point now() const noexcept { return events_.now(); }

  /// Adds a host that is up and runs nothing yet. Others find it by its name, in any case, and by
  /// its addresses.
  /// Throws: std::invalid_argument for what is no name (control characters) or no IP address, for
  ///         one that another host has, and without an address.
  host& add_host(std::string name, std::initializer_list<std::string_view> addresses,
                 const host_options& options = {});
  host& add_host(std::string name, std::string_view address, const host_options& options = {}) {
    return add_host(std::move(name), {address}, options);
  }
  /// In the order in which they were added.
  const std::deque<std::unique_ptr<host>>& hosts() const noexcept { return hosts_; }

  // Time. Each throws program_failed for a program that failed, what the checks throw, and
  // world_failure when time does not move on for all that the hosts do.
  /// Lets the next thing happen: the turn of one host, or what the next moment of the world brings.
  /// Returns: false when nothing is left to happen.
  bool step();
  /// Lets all happen up to and at that moment; the clock shows it then.
  void run_until(time_point when);
  void run_for(duration length) { run_until(saturating_add(now(), length)); }
  /// Runs until nothing is left to happen: every program has ended, or waits for what can never
  /// come.
  /// Returns: false when that has not come about after so long.
  bool run_until_quiet(duration at_most = forever);

  /// Calls `action` at a moment, before any host takes a turn. It must not throw.
  /// Requires: the moment is not past.
  void at(time_point when, std::function<void()> action);
  void after(duration wait, std::function<void()> action) {
    at(saturating_add(now(), wait), std::move(action));
  }

  // Checks.
  /// After each step `holds()` must be true, from now on.
  void always(std::string name, std::function<bool()> holds);
  /// Runs until `holds()` is true.
  /// Throws: not_in_time, which tells what the programs wait for, when it is not by then.
  void eventually(std::string_view name, duration within, const std::function<bool()>& holds);
  /// What is left of programs that have ended and of the network, in words; empty when it is
  /// nothing. Of hosts that are down, or run something, nothing is told. (That the last program of
  /// a host leaves no socket is checked when it ends.)
  std::string left_behind();
  /// What the programs wait for, host by host.
  std::string dump_tasks();

  // Faults between two hosts; each may change while programs run. A way is between two hosts, and
  // like what can be (problem_of): else each throws std::invalid_argument.
  /// Nothing gets from one to the other, nor back, until it is healed. Streams send again until
  /// they give up (924.6 s); datagrams are lost.
  void partition(host& one, host& other);
  void partition_one_way(host& from, host& to);
  void heal(host& one, host& other);
  /// Nothing moves between them until it is unclogged, then goes on; nothing is lost.
  void clog(host& one, host& other);
  void clog_one_way(host& from, host& to);
  void unclog(host& one, host& other);
  /// What the way between them is like.
  void set_way(host& one, host& other, const sim::link_options& options);
  void set_way_one_way(host& from, host& to, const sim::link_options& options);
  const sim::link_options& way(host& from, host& to);
  /// What ways are like that nothing was said of and nothing went on.
  void set_usual_way(const sim::link_options& options);
  /// Takes away what stands between any two hosts.
  void heal_all();
  /// What its nemesis does, the last one's if there were several; empty without one.
  const fault_plan& plan() const noexcept { return plan_; }
  /// How many faults of the plan were carried out so far.
  std::size_t faults_carried_out() const noexcept { return faults_carried_out_; }

  // Chance and history.
  /// Random numbers by purpose, apart from all others.
  random_source random(std::string_view purpose) const noexcept { return random_.split(purpose); }
  std::uint64_t decision_hash() const noexcept { return decisions_.hash(); }
  std::uint64_t decision_count() const noexcept { return decisions_.count(); }
  /// Writes all decisions down from now on.
  void record(std::vector<sim::decision_entry>& into) noexcept { decisions_.write_to(&into); }
  void record_no_more() noexcept { decisions_.write_to(nullptr); }
  /// From now on `observer` is told of what happens; null: nobody.
  void watch(world_observer* observer) noexcept {
    observer_ = observer;
    net_.watch(observer);
  }
  sim::network::statistics network_statistics() const noexcept { return net_.count(); }
  world_moment moment() const noexcept { return {options_.seed, now(), decisions_.count()}; }

  // For hosts and faults.
  sim::network& net() noexcept { return net_; }
  sim::event_queue& events() noexcept { return events_; }
  world_names& names() noexcept { return names_; }
  detail::buggify_sites& buggify_sites() noexcept { return buggify_; }
  void note(sim::decision what, std::uint64_t whom, std::uint64_t how_much) noexcept {
    decisions_.note(now(), what, whom, how_much);
  }
  void note_fault(std::string_view what, const host& one) noexcept { note_fault(what, one, one); }
  /// The same of the way from one to the other.
  void note_fault(std::string_view what, const host& one, const host& other) noexcept;
  world_observer* observer() const noexcept { return observer_; }
  void keep_plan(const fault_plan& of_nemesis) {
    plan_ = of_nemesis;
    faults_carried_out_ = 0;
  }
  void count_fault() noexcept { ++faults_carried_out_; }

 private:
  friend class host;
  struct invariant {
    std::string name;
    std::function<bool()> holds;
  };
  class action;

  void add_awake(host& one) { awake_.push_back(&one); }
  void forget_awake(host& one) noexcept;
  void program_has_failed(program& which) noexcept;
  void programs_have_ended(host& on) { ended_.push_back(&on); }
  void gather_round();
  void order_by_priority();
  bool has_turns() const noexcept { return turn_ < round_.size() || !awake_.empty(); }
  void check();
  void check_programs();
  sim::line& line_between(host& from, host& to);
  void block(host& from, host& to, sim::line::obstacle what, std::string_view name);
  void unblock(host& from, host& to, sim::line::obstacle what, std::string_view name);

  world_options options_;
  random_source random_;
  random_source order_;  // of hosts
  detail::pct_order host_priorities_;
  sim::event_queue events_;
  sim::decision_log decisions_;
  sim::network net_;
  world_names names_;
  detail::buggify_sites buggify_;
  fault_plan plan_;
  std::size_t faults_carried_out_ = 0;
  world_observer* observer_ = nullptr;
  std::deque<std::unique_ptr<host>> hosts_;
  std::vector<host*> awake_;
  std::vector<host*> round_;  // those that were awake when it began, in order
  std::size_t turn_ = 0;      // how many of them had theirs
  std::vector<invariant> invariants_;
  std::deque<std::unique_ptr<action>> actions_;
  std::uint64_t turns_of_moment_ = 0;
  program* failed_ = nullptr;
  std::vector<host*> ended_;  // hosts whose last program has ended since the last check
};

}  // namespace pirn
