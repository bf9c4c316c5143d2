#include "pirn/world/world.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/exception_group.hpp"

namespace pirn {

namespace {

// Hosts that answer each other over ways without latency would keep time from moving.
constexpr std::uint64_t turns_of_moment_max = 1'000'000;

const world_options& checked(const world_options& options) {
  for (const sim::link_options& each : {options.network.way, options.network.local_way}) {
    const std::string_view problem = problem_of(each);
    if (!problem.empty()) throw std::invalid_argument("world: " + std::string(problem));
  }
  if (options.blocking_delay < duration::zero()) {
    throw std::invalid_argument("world: blocking_delay is not below zero");
  }
  const scheduling& order = options.schedule;
  if (order.pct_depth == 0 || order.pct_depth > scheduling::pct_depth_max) {
    throw std::invalid_argument("world: pct_depth is from 1 to " +
                                std::to_string(scheduling::pct_depth_max));
  }
  if (order.pct_steps == 0) throw std::invalid_argument("world: pct_steps is from 1");
  return options;
}

}  // namespace

/// What is to be done at a moment.
class world::action final : public sim::simulated_event {
 public:
  explicit action(std::function<void()> call) : call_(std::move(call)) {}

 private:
  void fire() noexcept override { std::exchange(call_, nullptr)(); }
  std::function<void()> call_;
};

world::world(const world_options& options)
    : options_(checked(options)),
      random_(options.seed),
      order_(random_.split("order of hosts")),
      host_priorities_(random_.split("priorities of hosts"), options.schedule),
      events_(options.start_time),
      net_({events_, decisions_}, options.network, random_),
      buggify_(random_) {}

world::~world() {
  for (const auto& each : hosts_) {
    if (each->is_up()) each->crash();
  }
  for (const auto& each : actions_) {
    if (each->is_armed()) events_.remove(*each);
  }
  while (!hosts_.empty()) hosts_.pop_back();
}

host& world::add_host(std::string name, std::initializer_list<std::string_view> addresses,
                      const host_options& options) {
  sim::host_setup setup{.name = std::move(name),
                        .addresses = {},
                        .loopback = options_.network.local_way,
                        .local_way = options_.network.local_way};
  for (std::string_view each : addresses) {
    const std::optional<endpoint> parsed = endpoint::parse_ip(each, 0);
    if (!parsed) throw std::invalid_argument("not an IP address: " + std::string(each));
    setup.addresses.push_back(*parsed);
  }
  names_.add(setup.name, setup.addresses);
  hosts_.push_back(std::make_unique<host>(*this, std::move(setup), options));
  return *hosts_.back();
}

// ---- time ----

bool world::step() {
  if (turn_ == round_.size()) gather_round();
  if (turn_ < round_.size()) {
    host* next = std::exchange(round_[turn_++], nullptr);
    if (next == nullptr) return true;  // it crashed, or was paused, before its turn
    if (++turns_of_moment_ > turns_of_moment_max) {
      throw world_failure(moment(), "time does not move on; " + next->name() + " and others wake");
    }
    next->take_turn();
  } else {
    const time_point next = events_.next();
    if (next == never) return false;
    if (next > now()) turns_of_moment_ = 0;
    events_.jump(next);
    events_.happen();
  }
  check();
  return true;
}

void world::gather_round() {
  round_.clear();
  turn_ = 0;
  round_.swap(awake_);
  std::ranges::sort(round_, {}, &host::number);
  switch (options_.schedule.order) {
    case turn_order::fifo:
      break;
    case turn_order::drawn:
      for (std::size_t left = round_.size(); left > 1; --left) {
        std::swap(round_[left - 1], round_[order_.below(left)]);
      }
      break;
    case turn_order::pct:
      order_by_priority();
      break;
  }
}

void world::order_by_priority() {
  std::vector<host*> waiting = std::exchange(round_, {});
  std::vector<std::uint64_t> numbers;
  for (const host* each : waiting) numbers.push_back(each->number());
  while (!waiting.empty()) {
    const auto chosen = static_cast<std::ptrdiff_t>(host_priorities_.choose(numbers));
    round_.push_back(waiting[static_cast<std::size_t>(chosen)]);
    waiting.erase(waiting.begin() + chosen);
    numbers.erase(numbers.begin() + chosen);
  }
}

void world::forget_awake(host& one) noexcept {
  std::erase(awake_, &one);
  std::ranges::replace(round_, &one, nullptr);
}

void world::run_until(time_point when) {
  while (has_turns() || events_.next() <= when) {
    if (!step()) return;  // at the end of time
  }
  if (now() < when && when != never) events_.jump(when);
}

bool world::run_until_quiet(duration at_most) {
  const time_point end = saturating_add(now(), at_most);
  while (has_turns() || events_.next() <= end) {
    if (!step()) return true;
  }
  return events_.next() == never;
}

void world::at(time_point when, std::function<void()> call) {
  PIRN_ASSERT(when >= now(), "nothing can be done in the past");
  actions_.push_back(std::make_unique<action>(std::move(call)));
  events_.add(*actions_.back(), when);
  while (!actions_.front()->is_armed()) actions_.pop_front();
}

// ---- checks ----

void world::check() {
  if (failed_ != nullptr || !ended_.empty()) check_programs();
  for (const invariant& each : invariants_) {
    if (!each.holds()) throw world_failure(moment(), "it no longer holds that " + each.name);
  }
}

void world::check_programs() {
  if (failed_ != nullptr) {
    const program& which = *std::exchange(failed_, nullptr);
    const std::string what =
        "the program " + which.name() + " failed: " + describe_exception(which.error());
    try {
      std::rethrow_exception(which.error());
    } catch (...) {
      std::throw_with_nested(program_failed(moment(), what));
    }
  }
  for (const host* each : std::exchange(ended_, {})) {
    if (!each->is_up() || each->running_programs() > 0 || each->sockets() == 0) continue;
    throw world_failure(moment(), "the programs of " + each->name() + " have ended and left " +
                                      std::to_string(each->sockets()) + " open sockets");
  }
}

void world::program_has_failed(program& which) noexcept {
  if (failed_ == nullptr) failed_ = &which;
}

void world::always(std::string name, std::function<bool()> holds) {
  invariants_.push_back({std::move(name), std::move(holds)});
}

void world::eventually(std::string_view name, duration within, const std::function<bool()>& holds) {
  const time_point end = saturating_add(now(), within);
  while (!holds()) {
    const bool may_go_on = has_turns() || events_.next() <= end;
    if (!may_go_on || !step()) {
      throw not_in_time(moment(),
                        "it has not come about that " + std::string(name) + "\n" + dump_tasks());
    }
  }
}

std::string world::dump_tasks() {
  constexpr std::size_t size_max = 20'000;  // of a thousand hosts a few will do
  std::string text;
  for (const auto& each : hosts_) {
    if (text.size() > size_max) return text + "and so on\n";
    if (each->is_up() && each->running_programs() == 0) continue;
    text += each->name() + ":\n" + each->dump_tasks();
  }
  return text;
}

std::string world::left_behind() {
  std::string words;
  const auto add = [&](const std::string& where, std::uint64_t count, const char* what) {
    if (count == 0) return;
    if (!words.empty()) words += ", ";
    words += std::to_string(count) + " " + what + (count == 1 ? "" : "s") + where;
  };
  bool some_run = false;
  for (const auto& each : hosts_) {
    some_run |= each->running_programs() > 0;
    if (!each->is_up() || each->running_programs() > 0) continue;
    const std::string where = " on " + each->name();
    add(where, each->sockets(), "socket");
    add(where, each->loop().timers().size(), "timer");
  }
  if (some_run || events_.next() != never) return words;
  const sim::network::statistics count = net_.count();
  add("", count.connections, "connection");
  add("", count.packet_memories, "packet");
  add("", count.datagrams, "datagram");
  return words;
}

}  // namespace pirn
